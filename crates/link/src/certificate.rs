//! What a certificate says of itself, for a person to compare; and what is kept of one that a person trusted. Nothing
//! here decides whether to trust.

use serde::{Deserialize, Serialize};
use x509_parser::extensions::GeneralName;
use x509_parser::prelude::{FromDer, X509Certificate};

use crate::fingerprint::Fingerprint;
use crate::stranger;

/// How many of its names are kept.
const NAMES_MOST: usize = 20;

/// What a certificate says of itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Certificate {
    pub fingerprint: Fingerprint,
    /// Whom it names, for example `CN=homelab, O=Moltis`; empty when it cannot be read.
    pub subject: String,
    /// Who vouches for it; the same as the subject when nobody else does.
    pub issuer: String,
    /// The hosts it is for.
    pub names: Vec<String>,
    /// Unix milliseconds from when it is valid.
    pub from: i64,
    /// Unix milliseconds until when.
    pub until: i64,
}

/// A certificate that a person trusted: a gateway's own, or that of an authority which vouches for it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pin {
    pub fingerprint: Fingerprint,
    /// Where it was shown, `host:port`; it is held against what is shown there. `None`: everywhere.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at: Option<String>,
    /// Unix milliseconds when it was trusted first.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub since: Option<i64>,
    /// What it says of itself, where it was seen then.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub about: Option<Certificate>,
}

impl Certificate {
    /// Reads it from its DER form. What cannot be read stays empty.
    pub fn of(der: &[u8]) -> Certificate {
        let fingerprint = Fingerprint::of(der);
        let Ok((_, parsed)) = X509Certificate::from_der(der) else {
            let (subject, issuer) = (String::new(), String::new());
            return Certificate { fingerprint, subject, issuer, names: Vec::new(), from: 0, until: 0 };
        };
        let validity = parsed.validity();
        Certificate {
            fingerprint,
            subject: plain(&parsed.subject().to_string()),
            issuer: plain(&parsed.issuer().to_string()),
            names: names(&parsed),
            from: validity.not_before.timestamp().saturating_mul(1000),
            until: validity.not_after.timestamp().saturating_mul(1000),
        }
    }

    /// Whether nobody else vouches for it.
    pub fn is_self_signed(&self) -> bool {
        self.subject == self.issuer
    }
}

impl Pin {
    /// A certificate that is trusted wherever it is shown.
    pub fn everywhere(fingerprint: Fingerprint) -> Pin {
        Pin { fingerprint, at: None, since: None, about: None }
    }

    /// Whether it is what has to be shown at that place.
    pub fn holds_at(&self, place: &str) -> bool {
        self.at.as_deref().is_none_or(|at| at == place)
    }
}

fn names(parsed: &X509Certificate<'_>) -> Vec<String> {
    let Ok(Some(alternatives)) = parsed.subject_alternative_name() else {
        return Vec::new();
    };
    let name = |name: &GeneralName<'_>| match name {
        GeneralName::DNSName(name) => Some(plain(name)),
        GeneralName::IPAddress(bytes) => ip(bytes),
        _ => None,
    };
    alternatives.value.general_names.iter().filter_map(name).take(NAMES_MOST).collect()
}

fn ip(bytes: &[u8]) -> Option<String> {
    if let Ok(four) = <[u8; 4]>::try_from(bytes) {
        return Some(std::net::Ipv4Addr::from(four).to_string());
    }
    <[u8; 16]>::try_from(bytes).ok().map(|sixteen| std::net::Ipv6Addr::from(sixteen).to_string())
}

fn plain(text: &str) -> String {
    stranger::plain(text, 200)
}

#[cfg(test)]
mod tests {
    use rcgen::{CertificateParams, DnType, KeyPair, date_time_ymd};

    use super::*;

    #[test]
    fn a_certificate_says_whom_it_names_and_how_long_it_is_valid() {
        let names = vec!["homelab.lan".to_owned(), "192.168.1.4".to_owned()];
        let mut params = CertificateParams::new(names).unwrap();
        params.distinguished_name.push(DnType::CommonName, "homelab\u{7}");
        (params.not_before, params.not_after) = (date_time_ymd(2026, 1, 2), date_time_ymd(2027, 1, 2));
        let der = params.self_signed(&KeyPair::generate().unwrap()).unwrap().der().clone();
        let about = Certificate::of(&der);
        assert!(about.subject.contains("homelab") && !about.subject.contains('\u{7}'), "{about:?}");
        assert!(about.is_self_signed());
        assert_eq!(about.names, ["homelab.lan", "192.168.1.4"]);
        assert_eq!((about.from, about.until), (1_767_312_000_000, 1_798_848_000_000));
        assert_eq!(about.fingerprint, Fingerprint::of(&der));
    }

    #[test]
    fn what_is_no_certificate_has_a_fingerprint_all_the_same() {
        let about = Certificate::of(b"junk");
        assert_eq!((about.fingerprint, about.subject.as_str()), (Fingerprint::of(b"junk"), ""));
    }

    #[test]
    fn a_pin_holds_where_it_was_seen() {
        let everywhere = Pin::everywhere(Fingerprint::of(b""));
        assert!(everywhere.holds_at("a:1"));
        let there = Pin { at: Some("a:1".to_owned()), ..everywhere };
        assert!(there.holds_at("a:1") && !there.holds_at("b:1"));
        let stored = serde_json::to_string(&there).unwrap();
        assert_eq!(serde_json::from_str::<Pin>(&stored).unwrap(), there);
    }
}
