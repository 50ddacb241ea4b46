//! The signed identity of this device, as OpenClaw wants it: without one a token alone
//! gives no rights at all.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ed25519_dalek::{Signer, SigningKey};
use secrecy::{ExposeSecret, SecretString};
use serde::Serialize;
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

/// What is signed besides who we are.
pub(super) struct Signed<'a> {
    pub client_id: &'a str,
    pub client_mode: &'a str,
    pub role: &'a str,
    pub scopes: &'a [&'a str],
    /// The challenge's own time, so that our clock does not matter. Unix milliseconds.
    pub signed_at: i64,
    /// The token that is sent, or an empty text.
    pub token: &'a str,
    pub nonce: &'a str,
    pub platform: &'a str,
    pub device_family: &'a str,
}

/// The `device` object of `connect`.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Device {
    id: String,
    public_key: String,
    signature: String,
    signed_at: i64,
    nonce: String,
}

/// Signs with the secret (32 bytes, base64url); `None` when it is no such secret.
pub(super) fn sign(secret: &SecretString, what: &Signed<'_>) -> Option<Device> {
    let key = signing_key(secret)?;
    let public = key.verifying_key().to_bytes();
    let id = hex(&Sha256::digest(public));
    let signature = key.sign(words(&id, what).as_bytes()).to_bytes();
    Some(Device {
        id,
        public_key: URL_SAFE_NO_PAD.encode(public),
        signature: URL_SAFE_NO_PAD.encode(signature),
        signed_at: what.signed_at,
        nonce: what.nonce.to_owned(),
    })
}

fn signing_key(secret: &SecretString) -> Option<SigningKey> {
    let text = secret.expose_secret().trim().trim_end_matches('=');
    let bytes = Zeroizing::new(URL_SAFE_NO_PAD.decode(text).ok()?);
    let bytes: Zeroizing<[u8; 32]> = Zeroizing::new(bytes.as_slice().try_into().ok()?);
    Some(SigningKey::from_bytes(&bytes))
}

fn words(id: &str, what: &Signed<'_>) -> Zeroizing<String> {
    let tidy = |text: &str| text.trim().to_ascii_lowercase();
    Zeroizing::new(format!(
        "v3|{id}|{}|{}|{}|{}|{}|{}|{}|{}|{}",
        what.client_id,
        what.client_mode,
        what.role,
        what.scopes.join(","),
        what.signed_at,
        what.token,
        what.nonce,
        tidy(what.platform),
        tidy(what.device_family),
    ))
}

fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write;
    bytes.iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use ed25519_dalek::{Signature, Verifier, VerifyingKey};

    fn signed() -> Signed<'static> {
        Signed {
            client_id: "gateway-client",
            client_mode: "ui",
            role: "operator",
            scopes: &["operator.read", "operator.write"],
            signed_at: 1_795_238_008_751,
            token: "t",
            nonce: "n",
            platform: "Linux ",
            device_family: "Linux",
        }
    }

    #[test]
    fn the_signed_words_are_those_of_version_three() {
        assert_eq!(
            *words("id", &signed()),
            "v3|id|gateway-client|ui|operator|operator.read,operator.write|1795238008751|t|n|linux|linux"
        );
    }

    #[test]
    fn the_signature_belongs_to_the_key_that_is_sent() {
        let secret = SecretString::from(URL_SAFE_NO_PAD.encode([7_u8; 32]));
        let device = sign(&secret, &signed()).unwrap();
        let public: [u8; 32] = URL_SAFE_NO_PAD.decode(&device.public_key).unwrap().try_into().unwrap();
        let signature: [u8; 64] = URL_SAFE_NO_PAD.decode(&device.signature).unwrap().try_into().unwrap();
        let key = VerifyingKey::from_bytes(&public).unwrap();
        assert_eq!(device.id, hex(&Sha256::digest(public)));
        key.verify(words(&device.id, &signed()).as_bytes(), &Signature::from_bytes(&signature)).unwrap();
    }

    #[test]
    fn a_secret_of_the_wrong_size_signs_nothing() {
        assert!(sign(&SecretString::from("c2hvcnQ"), &signed()).is_none());
    }
}
