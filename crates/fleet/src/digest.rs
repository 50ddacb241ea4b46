//! Digests that stand for several texts at once, and bytes as text. They are kept, so they stay what they are.

use sha2::{Digest, Sha256};

/// SHA-256 over all parts, each with its length before it: no part can reach into the next, and one that is absent is
/// not one that is empty.
pub fn of<'a>(parts: impl IntoIterator<Item = Option<&'a str>>) -> [u8; 32] {
    let mut hash = Sha256::new();
    for part in parts {
        hash.update(part.map_or(u64::MAX, |part| part.len() as u64).to_be_bytes());
        hash.update(part.unwrap_or_default());
    }
    hash.finalize().into()
}

/// Bytes as text.
pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_digest_is_that_of_all_builds() {
        let digest = hex(&of([Some("a"), None, Some("")]));
        let known = "65ade0619a2abd0cb415d4bc1677a7aefae0e4624ca879a77b921a07ee23be3c";
        assert_eq!(digest, known);
        assert_ne!(of([Some("ab"), Some("c")]), of([Some("a"), Some("bc")]));
    }
}
