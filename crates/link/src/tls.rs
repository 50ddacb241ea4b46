//! TLS and whom to trust: the computer's authorities, authorities from the person's own files, a certificate that a
//! person accepted by its fingerprint. And our own certificate, where one is asked for.

mod files;
mod judge;
mod words;

use std::io;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, OnceLock};
use std::time::Duration;

use rustls::client::Resumption;
use rustls::client::danger::ServerCertVerifier;
use rustls::crypto::{self, CryptoProvider};
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{AlertDescription, ClientConfig, Error as TlsError};
use rustls_platform_verifier::Verifier;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::time::timeout;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

pub use files::ClientFiles;
use files::Identity;
pub(crate) use files::authorities;
pub(crate) use judge::Behind;
use judge::Judge;

use crate::address::Address;
use crate::certificate::{Certificate, Pin};
use crate::failure::{Failure, told};

/// How long a TLS handshake may take.
const LIMIT: Duration = Duration::from_secs(10);

/// What TLS with a gateway is held to.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TlsTerms {
    /// The certificates a person trusts where no authority vouches for them.
    pub pins: Vec<Pin>,
    /// Files of certificate authorities (PEM) besides the computer's own.
    pub authorities: Vec<PathBuf>,
    /// Our own certificate.
    pub client: Option<ClientFiles>,
}

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

/// Where a stream leads, for TLS on it.
pub(crate) struct Place<'a> {
    pub address: &'a Address,
    pub behind: Behind,
    /// What the first answer may take besides.
    pub patience: Duration,
}

/// Puts TLS on a stream; the certificate that was shown, which is one that is trusted.
pub(crate) async fn encrypt<S>(
    stream: S,
    place: Place<'_>,
    terms: &TlsTerms,
    trust: &Trust,
) -> Result<(TlsStream<S>, Certificate), Failure>
where
    S: AsyncRead + AsyncWrite + Unpin,
{
    let Place { address, behind, patience } = place;
    let name = ServerName::try_from(address.host().to_owned())
        .map_err(|_| Failure::Wrong(format!("`{}` cannot be a name in a certificate", address.host())))?;
    let mut own = Vec::new();
    for file in &terms.authorities {
        own.extend(authorities(file).await?);
    }
    let identity = match &terms.client {
        Some(client) => Some(files::identity(client).await?),
        None => None,
    };
    let judge = Arc::new(Judge {
        provider: trust.provider.clone(),
        authorities: trust.authorities.clone(),
        own,
        pins: terms.pins.clone(),
        place: address.authority(),
        behind,
        rejected: Mutex::default(),
    });
    let config = config(judge.clone(), identity)?;
    let limit = LIMIT + patience;
    match timeout(limit, TlsConnector::from(config).connect(name, stream)).await {
        Ok(Ok(stream)) => {
            let shown = stream.get_ref().1.peer_certificates().and_then(<[_]>::first);
            let shown = Certificate::of(shown.map_or(&[], |der| der));
            Ok((stream, shown))
        }
        Ok(Err(error)) => Err(judge.take_rejection().unwrap_or_else(|| explain(&error, address))),
        Err(_) => Err(Failure::Away(format!(
            "the server at {} took the connection but did not answer with TLS within {} s",
            address.authority(),
            limit.as_secs()
        ))),
    }
}

fn config(judge: Arc<Judge>, identity: Option<Identity>) -> Result<Arc<ClientConfig>, Failure> {
    let wrong = |error: TlsError| Failure::Wrong(error.to_string());
    let builder = ClientConfig::builder_with_provider(judge.provider.clone())
        .with_safe_default_protocol_versions()
        .map_err(wrong)?
        .dangerous()
        .with_custom_certificate_verifier(judge);
    let mut config = match identity {
        None => builder.with_no_client_auth(),
        Some(Identity { chain, key }) => builder.with_client_auth_cert(chain, key).map_err(|error| {
            Failure::Wrong(format!("the client certificate and its key do not go together ({error}); check both files"))
        })?,
    };
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    // A resumed session shows no certificate, and then a changed one would go unseen.
    config.resumption = Resumption::disabled();
    Ok(Arc::new(config))
}

/// Why a connection that was there broke.
pub(crate) fn broken(error: &io::Error, address: &Address) -> Failure {
    told(error)
        .or_else(|| late_refusal(error, address))
        .unwrap_or_else(|| Failure::Away(format!("the connection to {} broke: {error}", address.authority())))
}

/// A refusal that comes after our side of the handshake is done: with TLS 1.3 that of a client certificate does.
fn late_refusal(error: &io::Error, address: &Address) -> Option<Failure> {
    match error.get_ref()?.downcast_ref::<TlsError>()? {
        TlsError::AlertReceived(alert) => Some(alerted(*alert, &address.authority())),
        _ => None,
    }
}

fn alerted(alert: AlertDescription, at: &str) -> Failure {
    use AlertDescription as Alert;
    Failure::Wrong(match alert {
        Alert::CertificateRequired => format!(
            "the server at {at} wants a client certificate, and this node has none; name its files with \
             `pilot node edit NODE --client-cert FILE --client-key FILE`"
        ),
        Alert::UnknownCA
        | Alert::BadCertificate
        | Alert::CertificateUnknown
        | Alert::UnsupportedCertificate
        | Alert::AccessDenied
        | Alert::DecryptError => {
            format!(
                "the server at {at} does not accept our client certificate ({alert:?}); is it by the right authority?"
            )
        }
        Alert::CertificateExpired | Alert::CertificateRevoked => {
            format!("the server at {at} does not accept our client certificate any more ({alert:?}); renew it")
        }
        other => format!("the server at {at} refused the TLS handshake ({other:?})"),
    })
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
        Some(TlsError::AlertReceived(alert)) => alerted(*alert, &at),
        Some(other) => Failure::Wrong(format!("TLS with {at} failed: {other}")),
        None => Failure::Away(format!(
            "the server at {at} closed the connection during the TLS handshake; does the gateway have TLS at that port?"
        )),
    }
}
