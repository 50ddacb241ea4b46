//! The certificate of an open port: the person's own, or one that is made at
//! the first use and kept, so that its fingerprint stays the same.

use std::fs;
use std::io::{self, Write};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rcgen::{CertificateParams, DnType, KeyPair};
use rustls::ServerConfig;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use sha2::{Digest, Sha256};

/// Which certificate to show.
#[derive(Clone, Debug)]
pub enum Tls {
    /// One of our own, made at the first use. A client trusts it by its
    /// fingerprint.
    SelfSigned,
    /// PEM files; the chain begins with the server's certificate.
    Files { cert: PathBuf, key: PathBuf },
}

/// Why a certificate cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum TlsError {
    #[error("{} cannot be read or written. Check that it exists and belongs to you.", path.display())]
    File { path: PathBuf, source: io::Error },
    #[error("{} holds no PEM that can be used. Give the certificate chain and its private key as PEM files.", path.display())]
    Pem { path: PathBuf, source: rustls::pki_types::pem::Error },
    #[error("{} holds no certificate. Give the certificate chain as a PEM file.", path.display())]
    NoCertificate { path: PathBuf },
    #[error("A certificate cannot be made.")]
    Make(#[from] rcgen::Error),
    #[error("The certificate and its key do not go together.")]
    Pair(#[from] rustls::Error),
}

/// The server's settings and the certificate's fingerprint.
pub(crate) fn config(
    tls: &Tls,
    data: &Path,
    addr: SocketAddr,
    hostname: &str,
) -> Result<(Arc<ServerConfig>, String), TlsError> {
    let (cert, key) = match tls {
        Tls::Files { cert, key } => (cert.clone(), key.clone()),
        Tls::SelfSigned => own(&data.join("tls"), addr, hostname)?,
    };
    let pem = |path: &Path| {
        let path = path.to_owned();
        move |source| TlsError::Pem { path, source }
    };
    let chain: Vec<CertificateDer<'static>> =
        CertificateDer::pem_file_iter(&cert).and_then(Iterator::collect).map_err(pem(&cert))?;
    let first = chain.first().ok_or_else(|| TlsError::NoCertificate { path: cert.clone() })?;
    let fingerprint = fingerprint(first);
    let key = PrivateKeyDer::from_pem_file(&key).map_err(pem(&key))?;
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let mut config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()?
        .with_no_client_auth()
        .with_single_cert(chain, key)?;
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok((Arc::new(config), fingerprint))
}

fn fingerprint(certificate: &CertificateDer<'_>) -> String {
    let digest = Sha256::digest(certificate);
    digest.iter().fold("sha256:".to_owned(), |text, byte| text + &format!("{byte:02x}"))
}

/// Our own certificate; made unless it is there.
fn own(folder: &Path, addr: SocketAddr, hostname: &str) -> Result<(PathBuf, PathBuf), TlsError> {
    let (cert, key) = (folder.join("cert.pem"), folder.join("key.pem"));
    if cert.exists() && key.exists() {
        return Ok((cert, key));
    }
    let mut names = vec!["localhost".to_owned(), "127.0.0.1".to_owned(), hostname.to_owned()];
    if !addr.ip().is_unspecified() {
        names.push(addr.ip().to_string());
    }
    names.dedup();
    let mut params = CertificateParams::new(names)?;
    params.distinguished_name.push(DnType::CommonName, "Pilothouse gateway");
    let pair = KeyPair::generate()?;
    let made = params.self_signed(&pair)?;
    write_private(&key, &pair.serialize_pem())?;
    write_private(&cert, &made.pem())?;
    Ok((cert, key))
}

fn write_private(path: &Path, text: &str) -> Result<(), TlsError> {
    let written = (|| {
        fs::create_dir_all(path.parent().unwrap_or(Path::new(".")))?;
        let mut options = fs::OpenOptions::new();
        options.write(true).create(true).truncate(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        options.open(path)?.write_all(text.as_bytes())
    })();
    written.map_err(|source| TlsError::File { path: path.to_owned(), source })
}
