//! The SHA-256 of a certificate: how a person recognises one that no authority vouches for.

use std::fmt;
use std::str::FromStr;

use sha2::{Digest, Sha256};

/// SHA-256 of a certificate's DER form. Shown as `sha256:` and 64 hexadecimal digits.
#[derive(Clone, Copy, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Fingerprint([u8; 32]);

/// A text is no fingerprint.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("this is no fingerprint; it is `sha256:` and 64 hexadecimal digits, with or without colons")]
pub struct FingerprintError;

impl Fingerprint {
    /// Of a certificate in DER form.
    pub fn of(der: &[u8]) -> Fingerprint {
        Fingerprint(Sha256::digest(der).into())
    }
}

impl FromStr for Fingerprint {
    type Err = FingerprintError;

    /// Takes the forms that tools print: any case, with colons or blanks, `sha256:` or `… Fingerprint=` before it.
    fn from_str(text: &str) -> Result<Self, FingerprintError> {
        let text = text.trim().to_ascii_lowercase();
        let text = text.rsplit_once('=').map_or(text.as_str(), |(_, digits)| digits);
        let text = text.strip_prefix("sha256:").or_else(|| text.strip_prefix("sha-256:")).unwrap_or(text);
        let mut digits = text.chars().filter(|c| !matches!(c, ':' | ' ')).map(|c| c.to_digit(16));
        let mut bytes = [0; 32];
        for byte in &mut bytes {
            let (Some(Some(high)), Some(Some(low))) = (digits.next(), digits.next()) else {
                return Err(FingerprintError);
            };
            *byte = (high * 16 + low) as u8;
        }
        if digits.next().is_some() {
            return Err(FingerprintError);
        }
        Ok(Fingerprint(bytes))
    }
}

impl fmt::Display for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("sha256:")?;
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl TryFrom<String> for Fingerprint {
    type Error = FingerprintError;

    fn try_from(text: String) -> Result<Self, FingerprintError> {
        text.parse()
    }
}

impl From<Fingerprint> for String {
    fn from(fingerprint: Fingerprint) -> String {
        fingerprint.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_forms_that_tools_print_mean_the_same() {
        let plain = Fingerprint::of(b"certificate");
        let text = plain.to_string();
        let hex = text.strip_prefix("sha256:").unwrap().to_uppercase();
        let pairs: Vec<_> = hex.as_bytes().chunks(2).map(|pair| std::str::from_utf8(pair).unwrap()).collect();
        let colons = pairs.join(":");
        for form in
            [text.clone(), hex, colons.clone(), format!("SHA256:{colons}"), format!("sha256 Fingerprint={colons}\n")]
        {
            assert_eq!(form.parse::<Fingerprint>(), Ok(plain), "{form}");
        }
    }

    #[test]
    fn a_wrong_length_or_letter_is_refused() {
        for form in ["", "sha256:", "sha256:12", &"g".repeat(64), &"a".repeat(63), &"a".repeat(65), "sha1:aa"] {
            assert_eq!(form.parse::<Fingerprint>(), Err(FingerprintError), "{form}");
        }
    }
}
