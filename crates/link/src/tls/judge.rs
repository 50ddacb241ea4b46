//! Decides over one certificate, and remembers why it said no.

use std::sync::{Arc, Mutex, PoisonError};

use rustls::client::WebPkiServerVerifier;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{self, CryptoProvider};
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{CertificateError, DigitallySignedStruct, Error as TlsError, RootCertStore, SignatureScheme};

use super::words;
use crate::certificate::{Certificate, Pin};
use crate::clock::unix_ms;
use crate::event::NodeState;
use crate::failure::Failure;
use crate::fingerprint::Fingerprint;

/// What else vouches for whoever is at the other end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Behind {
    /// Nothing.
    Net,
    /// An SSH server whose key is known, and it is that server itself: plain text would be taken there, too.
    SshItself,
    /// It does not matter who it is: nothing is told to it that not everybody may know.
    Nobody,
}

#[derive(Debug)]
pub(super) struct Judge {
    pub provider: Arc<CryptoProvider>,
    /// The computer's authorities; `None` on a computer without any.
    pub authorities: Option<Arc<dyn ServerCertVerifier>>,
    /// From the person's files, for this node.
    pub own: Vec<CertificateDer<'static>>,
    pub pins: Vec<Pin>,
    /// `host:port` of the gateway.
    pub place: String,
    pub behind: Behind,
    pub rejected: Mutex<Option<NodeState>>,
}

/// Why a certificate that nobody pinned is good.
type Verdict = Result<ServerCertVerified, TlsError>;

impl Judge {
    pub fn take_rejection(&self) -> Option<Failure> {
        let state = self.rejected.lock().unwrap_or_else(PoisonError::into_inner).take();
        state.map(Failure::Stopped)
    }

    /// The pin that should have been shown here.
    fn expected(&self) -> Option<&Pin> {
        let here = |pin: &&Pin| pin.holds_at(&self.place);
        // One that was seen here comes before one that is for everywhere.
        self.pins.iter().filter(here).max_by_key(|pin| pin.at.is_some())
    }

    fn is_pinned(&self, der: &CertificateDer<'_>) -> bool {
        let shown = Fingerprint::of(der);
        self.pins.iter().any(|pin| pin.fingerprint == shown)
    }

    /// By an authority of the person's own choice: from a file, or pinned and shown in the chain.
    fn by_chosen(
        &self,
        end: &CertificateDer<'_>,
        chain: &[CertificateDer<'_>],
        name: &ServerName<'_>,
        now: UnixTime,
    ) -> Option<Verdict> {
        let mut roots = RootCertStore::empty();
        let pinned = chain.iter().filter(|der| self.is_pinned(der)).map(|der| der.clone().into_owned());
        let (added, _) = roots.add_parsable_certificates(self.own.iter().cloned().chain(pinned));
        if added == 0 {
            return None;
        }
        let builder = WebPkiServerVerifier::builder_with_provider(Arc::new(roots), self.provider.clone());
        Some(match builder.build() {
            Ok(verifier) => verifier.verify_server_cert(end, chain, name, &[], now),
            Err(error) => Err(TlsError::General(error.to_string())),
        })
    }

    fn by_computer(
        &self,
        end: &CertificateDer<'_>,
        chain: &[CertificateDer<'_>],
        name: &ServerName<'_>,
        ocsp: &[u8],
        now: UnixTime,
    ) -> Verdict {
        match &self.authorities {
            Some(judge) => judge.verify_server_cert(end, chain, name, ocsp, now),
            None => Err(TlsError::InvalidCertificate(CertificateError::UnknownIssuer)),
        }
    }

    fn reject(&self, shown: Certificate, chain: &[CertificateDer<'_>], reason: String) {
        let authority = chain.last().map(|der| Box::new(Certificate::of(der)));
        let trusted = self.expected().cloned();
        let state = NodeState::Untrusted {
            fingerprint: shown.fingerprint.to_string(),
            pinned: trusted.as_ref().map(|pin| pin.fingerprint.to_string()),
            reason,
            certificate: Some(Box::new(shown)),
            authority,
            trusted: trusted.map(Box::new),
        };
        *self.rejected.lock().unwrap_or_else(PoisonError::into_inner) = Some(state);
    }
}

impl ServerCertVerifier for Judge {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        server_name: &ServerName<'_>,
        ocsp_response: &[u8],
        now: UnixTime,
    ) -> Verdict {
        let own = self.own.iter().any(|der| der == end_entity);
        if self.is_pinned(end_entity) || own || self.behind != Behind::Net {
            return Ok(ServerCertVerified::assertion());
        }
        let chosen = self.by_chosen(end_entity, intermediates, server_name, now);
        if let Some(Ok(verified)) = chosen {
            return Ok(verified);
        }
        let error = match self.by_computer(end_entity, intermediates, server_name, ocsp_response, now) {
            Ok(verified) if self.expected().is_none() => return Ok(verified),
            Ok(_) => None,
            // What was signed by the person's own authority and has another fault is that fault's, not a stranger's.
            Err(error) => Some(chosen.and_then(Result::err).filter(is_telling).unwrap_or(error)),
        };
        let shown = Certificate::of(end_entity);
        let about = match &error {
            None => "The new one is vouched for by an authority this computer trusts.".to_owned(),
            Some(error) => words::faults(error, end_entity, server_name),
        };
        let reason = match (self.expected(), &error) {
            (Some(old), None) => words::changed(old, &shown, &about, unix_ms()),
            (Some(old), Some(_)) => words::changed(old, &shown, &format!("The new one {about}."), unix_ms()),
            (None, _) => words::unknown(&about, &shown),
        };
        self.reject(shown, intermediates, reason);
        Err(error.unwrap_or(TlsError::InvalidCertificate(CertificateError::ApplicationVerificationFailure)))
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, TlsError> {
        crypto::verify_tls12_signature(message, cert, dss, &self.provider.signature_verification_algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, TlsError> {
        crypto::verify_tls13_signature(message, cert, dss, &self.provider.signature_verification_algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.provider.signature_verification_algorithms.supported_schemes()
    }
}

/// Whether it says more than that nobody knows the issuer.
fn is_telling(error: &TlsError) -> bool {
    !matches!(error, TlsError::InvalidCertificate(CertificateError::UnknownIssuer) | TlsError::General(_))
}
