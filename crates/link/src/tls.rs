//! TLS with two ways to be trusted: by the computer's authorities, or by a fingerprint that a person accepted.

use std::io;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::Duration;

use rustls::client::Resumption;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{self, CryptoProvider};
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::server::ParsedCertificate;
use rustls::{CertificateError, ClientConfig, DigitallySignedStruct, Error as TlsError, SignatureScheme};
use rustls_platform_verifier::Verifier;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::time::timeout;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

use crate::address::Address;
use crate::event::NodeState;
use crate::failure::{Failure, told};
use crate::fingerprint::Fingerprint;

/// How long a TLS handshake may take.
const LIMIT: Duration = Duration::from_secs(10);

/// Whom this computer trusts.
#[derive(Debug)]
pub(crate) struct Trust {
    provider: Arc<CryptoProvider>,
    /// `None` on a computer without any authorities: then only fingerprints are left.
    authorities: Option<Arc<dyn ServerCertVerifier>>,
}

impl Trust {
    /// The computer's own authorities, read once.
    pub fn system() -> Arc<Trust> {
        static SYSTEM: OnceLock<Arc<Trust>> = OnceLock::new();
        SYSTEM.get_or_init(|| Arc::new(Trust::with_roots([]))).clone()
    }

    /// The computer's authorities and these.
    pub fn with_roots(roots: impl IntoIterator<Item = CertificateDer<'static>>) -> Trust {
        let provider = Arc::new(crypto::aws_lc_rs::default_provider());
        // Whoever else in this process asks for the default shall get the same; one may have been set before.
        let _ = crypto::aws_lc_rs::default_provider().install_default();
        let authorities = match Verifier::new_with_extra_roots(roots, provider.clone()) {
            Ok(verifier) => Some(Arc::new(verifier) as Arc<dyn ServerCertVerifier>),
            Err(error) => {
                tracing::warn!(%error, "this computer has no certificate authorities; only fingerprints are trusted");
                None
            }
        };
        Trust { provider, authorities }
    }
}

/// Puts TLS on a stream. The certificate must be the pinned one, or vouched for when nothing is pinned. `patience` is
/// what the first answer may take besides.
pub(crate) async fn encrypt<S>(
    stream: S,
    address: &Address,
    pin: Option<Fingerprint>,
    trust: &Trust,
    patience: Duration,
) -> Result<(TlsStream<S>, Fingerprint), Failure>
where
    S: AsyncRead + AsyncWrite + Unpin,
{
    let name = ServerName::try_from(address.host().to_owned())
        .map_err(|_| Failure::Wrong(format!("`{}` cannot be a name in a certificate", address.host())))?;
    let judge = Arc::new(Judge {
        provider: trust.provider.clone(),
        authorities: trust.authorities.clone(),
        pin,
        rejected: Mutex::default(),
    });
    let config = config(judge.clone()).map_err(|error| Failure::Wrong(error.to_string()))?;
    let connected = timeout(LIMIT + patience, TlsConnector::from(config).connect(name, stream)).await;
    match connected {
        Ok(Ok(stream)) => {
            let shown = stream.get_ref().1.peer_certificates().and_then(<[_]>::first);
            let fingerprint = shown.map_or_else(|| Fingerprint::of(b""), |der| Fingerprint::of(der));
            Ok((stream, fingerprint))
        }
        Ok(Err(error)) => Err(judge.take_rejection().unwrap_or_else(|| explain(&error, address))),
        Err(_) => Err(Failure::Away(format!(
            "the server at {} took the connection but did not answer with TLS within {} s",
            address.authority(),
            LIMIT.as_secs()
        ))),
    }
}

fn config(judge: Arc<Judge>) -> Result<Arc<ClientConfig>, TlsError> {
    let mut config = ClientConfig::builder_with_provider(judge.provider.clone())
        .with_safe_default_protocol_versions()?
        .dangerous()
        .with_custom_certificate_verifier(judge)
        .with_no_client_auth();
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    // A resumed session shows no certificate, and then a changed one would go unseen.
    config.resumption = Resumption::disabled();
    Ok(Arc::new(config))
}

/// Decides over one certificate, and remembers why it said no.
#[derive(Debug)]
struct Judge {
    provider: Arc<CryptoProvider>,
    authorities: Option<Arc<dyn ServerCertVerifier>>,
    pin: Option<Fingerprint>,
    rejected: Mutex<Option<NodeState>>,
}

impl Judge {
    fn take_rejection(&self) -> Option<Failure> {
        let state = self.rejected.lock().unwrap_or_else(PoisonError::into_inner).take();
        state.map(Failure::Stopped)
    }

    fn reject(&self, fingerprint: Fingerprint, reason: String) {
        let pinned = self.pin.map(|pin| pin.to_string());
        let state = NodeState::Untrusted { fingerprint: fingerprint.to_string(), pinned, reason };
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
    ) -> Result<ServerCertVerified, TlsError> {
        let shown = Fingerprint::of(end_entity);
        if self.pin == Some(shown) {
            return Ok(ServerCertVerified::assertion());
        }
        let verdict = match &self.authorities {
            Some(judge) => judge.verify_server_cert(end_entity, intermediates, server_name, ocsp_response, now),
            None => Err(TlsError::InvalidCertificate(CertificateError::UnknownIssuer)),
        };
        match verdict {
            Ok(verified) if self.pin.is_none() => Ok(verified),
            Ok(_) => {
                self.reject(shown, changed("The new one is vouched for by an authority this computer trusts."));
                Err(TlsError::InvalidCertificate(CertificateError::ApplicationVerificationFailure))
            }
            Err(error) => {
                let faults = faults(&error, end_entity, server_name);
                let reason =
                    if self.pin.is_some() { changed(&format!("The new one {faults}.")) } else { unknown(&faults) };
                self.reject(shown, reason);
                Err(error)
            }
        }
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

fn changed(about_new: &str) -> String {
    format!(
        "the gateway's certificate is not the one you trusted. Either it was renewed, or somebody is in between. \
         {about_new} Compare the fingerprint with what the gateway's owner says before you trust it"
    )
}

fn unknown(faults: &str) -> String {
    format!(
        "the gateway's certificate {faults}. If this is your own gateway, compare the fingerprint with the one it \
         shows and trust it"
    )
}

/// All that is wrong with a certificate: verification stops at the first fault, a person wants to know of each.
fn faults(error: &TlsError, der: &CertificateDer<'_>, name: &ServerName<'_>) -> String {
    let mut faults = Vec::new();
    let wrong_name =
        ParsedCertificate::try_from(der).and_then(|parsed| rustls::client::verify_server_name(&parsed, name)).err();
    faults.push(match error {
        TlsError::InvalidCertificate(fault) => fault_of(fault),
        other => format!("cannot be judged ({other})"),
    });
    if let Some(TlsError::InvalidCertificate(fault)) = wrong_name {
        let fault = fault_of(&fault);
        if !faults.contains(&fault) {
            faults.push(fault);
        }
    }
    faults.join(", and ")
}

fn fault_of(fault: &CertificateError) -> String {
    match fault {
        CertificateError::Expired => "has expired".to_owned(),
        CertificateError::ExpiredContext { not_after, .. } => format!("expired on {}", day(*not_after)),
        CertificateError::NotValidYet => "is not valid yet; is this computer's clock right?".to_owned(),
        CertificateError::NotValidYetContext { not_before, .. } => {
            format!("is not valid before {}; is this computer's clock right?", day(*not_before))
        }
        CertificateError::Revoked => "was revoked".to_owned(),
        CertificateError::NotValidForName => "is for another name".to_owned(),
        CertificateError::NotValidForNameContext { expected, presented } => {
            format!("is for {}, not for {}", names(presented), expected.to_str())
        }
        CertificateError::UnknownIssuer => "is vouched for by no authority this computer trusts".to_owned(),
        CertificateError::Other(other) if other.to_string().contains("CaUsedAsEndEntity") => {
            "is vouched for by no authority this computer trusts".to_owned()
        }
        CertificateError::BadEncoding => "cannot be read".to_owned(),
        other => format!("was refused ({other})"),
    }
}

/// The names as a person reads them: rustls prints them in its own notation.
fn names(presented: &[String]) -> String {
    let plain = |name: &String| {
        let inner = name.split_once('(').map_or(name.as_str(), |(_, inner)| inner.trim_end_matches(')'));
        inner.trim_matches('"').to_owned()
    };
    match presented {
        [] => "no name at all".to_owned(),
        some => some.iter().take(4).map(plain).collect::<Vec<_>>().join(", "),
    }
}

fn day(time: UnixTime) -> String {
    i64::try_from(time.as_secs())
        .ok()
        .and_then(|seconds| jiff::Timestamp::from_second(seconds).ok())
        .map_or_else(|| "an unknown day".to_owned(), |time| time.strftime("%Y-%m-%d").to_string())
}

/// Why TLS failed where the certificate was not the reason.
fn explain(error: &io::Error, address: &Address) -> Failure {
    let at = address.authority();
    if let Some(failure) = told(error) {
        return failure;
    }
    match error.get_ref().and_then(|inner| inner.downcast_ref::<TlsError>()) {
        Some(TlsError::InvalidMessage(_)) => Failure::Wrong(format!(
            "what answers at {at} does not speak TLS. Check the port; a gateway without TLS is reached with ws:// on \
             its own computer, or through a tunnel"
        )),
        Some(TlsError::PeerIncompatible(why)) => {
            Failure::Wrong(format!("the server at {at} speaks no TLS version this program accepts ({why:?})"))
        }
        Some(TlsError::AlertReceived(alert)) => {
            Failure::Wrong(format!("the server at {at} refused the TLS handshake ({alert:?})"))
        }
        Some(other) => Failure::Wrong(format!("TLS with {at} failed: {other}")),
        None => Failure::Away(format!(
            "the server at {at} closed the connection during the TLS handshake; does the gateway have TLS at that port?"
        )),
    }
}
