//! The person's own files: authorities to trust, and our own certificate with its key. Read anew for each connection,
//! so that a renewed one is taken without a word.

use std::io;
use std::path::{Path, PathBuf};

use rustls::pki_types::pem::{Error as PemError, PemObject};
use rustls::pki_types::{CertificateDer, PrivateKeyDer};

use crate::failure::Failure;

/// Where our own certificate is. The private key stays in its file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClientFiles {
    /// The certificate and those between it and its authority, PEM.
    pub certificate: PathBuf,
    /// Its private key, PEM.
    pub key: PathBuf,
}

/// Our own certificate, ready to be shown.
pub(super) struct Identity {
    pub chain: Vec<CertificateDer<'static>>,
    pub key: PrivateKeyDer<'static>,
}

/// The certificates of a PEM file.
pub(crate) async fn authorities(file: &Path) -> Result<Vec<CertificateDer<'static>>, Failure> {
    certificates(file, "of certificate authorities").await
}

/// Our own certificate and its key.
pub(super) async fn identity(files: &ClientFiles) -> Result<Identity, Failure> {
    let chain = certificates(&files.certificate, "of the client certificate").await?;
    only_mine(&files.key).await?;
    let place = files.key.display();
    let bytes = zeroize::Zeroizing::new(read(&files.key, "of the client key").await?);
    let key = PrivateKeyDer::from_pem_slice(&bytes).map_err(|error| match error {
        PemError::NoItemsFound if holds_locked(&bytes) => Failure::Wrong(format!(
            "the private key in {place} is locked with a passphrase, which cannot be asked for; write an unlocked one \
             with `openssl pkey -in {place} -out NEW` and keep it readable by you alone"
        )),
        _ => {
            Failure::Wrong(format!("the file {place} holds no private key in PEM form; check that it is the right one"))
        }
    })?;
    Ok(Identity { chain, key })
}

async fn certificates(file: &Path, what: &str) -> Result<Vec<CertificateDer<'static>>, Failure> {
    let bytes = read(file, what).await?;
    let all: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(&bytes).collect();
    match all {
        Ok(all) if !all.is_empty() => Ok(all),
        _ => Err(Failure::Wrong(format!(
            "the file {what}, {}, holds no certificate in PEM form; check that it is the right one",
            file.display()
        ))),
    }
}

async fn read(file: &Path, what: &str) -> Result<Vec<u8>, Failure> {
    tokio::fs::read(file).await.map_err(|error| unreadable(file, what, &error))
}

fn unreadable(file: &Path, what: &str, error: &io::Error) -> Failure {
    Failure::Wrong(format!(
        "the file {what}, {}, cannot be read ({error}); check its place and who may read it",
        file.display()
    ))
}

fn holds_locked(pem: &[u8]) -> bool {
    String::from_utf8_lossy(pem).contains("ENCRYPTED PRIVATE KEY")
}

/// A key that others can read is no key.
#[cfg(unix)]
async fn only_mine(file: &Path) -> Result<(), Failure> {
    use std::os::unix::fs::PermissionsExt;
    let about = tokio::fs::metadata(file).await.map_err(|error| unreadable(file, "of the client key", &error))?;
    let mode = about.permissions().mode() & 0o777;
    if mode & 0o077 == 0 {
        return Ok(());
    }
    let place = file.display();
    Err(Failure::Wrong(format!(
        "the private key in {place} can be read by others on this computer (mode {mode:03o}), so it is not used; run \
         `chmod 600 {place}`"
    )))
}

#[cfg(not(unix))]
async fn only_mine(_: &Path) -> Result<(), Failure> {
    Ok(())
}
