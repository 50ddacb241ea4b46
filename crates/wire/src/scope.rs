//! What a credential allows.

use serde::{Deserialize, Serialize};

/// One right of a connected client.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Scope {
    /// Everything.
    #[serde(rename = "operator.admin")]
    Admin,
    #[serde(rename = "operator.read")]
    Read,
    /// Implies [`Scope::Read`].
    #[serde(rename = "operator.write")]
    Write,
    #[serde(rename = "operator.approvals")]
    Approvals,
    #[serde(rename = "operator.pairing")]
    Pairing,
}

impl Scope {
    pub const ALL: &'static [Self] = &[Self::Admin, Self::Read, Self::Write, Self::Approvals, Self::Pairing];

    pub const fn name(self) -> &'static str {
        match self {
            Self::Admin => "operator.admin",
            Self::Read => "operator.read",
            Self::Write => "operator.write",
            Self::Approvals => "operator.approvals",
            Self::Pairing => "operator.pairing",
        }
    }

    /// The right of this name, as it stands on the wire.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|scope| scope.name() == name)
    }

    /// Whether a client that was granted `granted` may do what needs `self`.
    pub fn is_covered_by(self, granted: &[Self]) -> bool {
        granted.iter().any(|have| *have == self || *have == Self::Admin || (self == Self::Read && *have == Self::Write))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::snapshot::check;

    #[test]
    fn scope_names() {
        check("scopes", &Scope::ALL.to_vec());
    }

    #[test]
    fn names_agree_with_the_wire() {
        for scope in Scope::ALL {
            assert_eq!(serde_json::json!(scope), scope.name());
            assert_eq!(Scope::named(scope.name()), Some(*scope));
        }
    }

    #[test]
    fn write_reads_but_does_not_approve() {
        assert!(Scope::Read.is_covered_by(&[Scope::Write]));
        assert!(!Scope::Approvals.is_covered_by(&[Scope::Write]));
        assert!(Scope::Pairing.is_covered_by(&[Scope::Admin]));
        assert!(!Scope::Read.is_covered_by(&[]));
    }
}
