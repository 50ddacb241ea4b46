//! What is wrong with a certificate, and what a change may mean, in sentences. Pure.

use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::server::ParsedCertificate;
use rustls::{CertificateError, Error as TlsError};

use crate::certificate::{Certificate, Pin};

const DAY_MS: i64 = 24 * 60 * 60 * 1000;
/// A certificate is usually renewed within so many days before its end.
const DUE_DAYS: i64 = 31;
/// Moltis makes itself a new authority and certificate when it starts and the old one is so many days old.
const MOLTIS_DAYS: i64 = 30;

/// A certificate was trusted at this place, and another is shown now.
pub(super) fn changed(old: &Pin, new: &Certificate, about_new: &str, now: i64) -> String {
    let due = due(old, new, now);
    format!(
        "the gateway's certificate is not the one you trusted. {due} {about_new} Compare the new fingerprint with the \
         one on the gateway's own computer before you trust it{}",
        where_to_look(new)
    )
}

/// No certificate was trusted at this place yet.
pub(super) fn unknown(faults: &str, new: &Certificate) -> String {
    format!(
        "the gateway's certificate {faults}. If this is your own gateway, compare the fingerprint with the one it \
         shows and trust it{}",
        where_to_look(new)
    )
}

/// Whether the old one was to be renewed about now. A stranger in between does not keep to that.
fn due(old: &Pin, new: &Certificate, now: i64) -> String {
    let either = "Either it was renewed, or somebody is in between.".to_owned();
    let Some(known) = &old.about else {
        return either;
    };
    let moltis = is_moltis(known) && is_moltis(new);
    let age = (now - known.from) / DAY_MS;
    if known.until < now {
        format!("The one you trusted ended on {}, so a new one was due.", date(known.until))
    } else if moltis && age >= MOLTIS_DAYS {
        format!(
            "Moltis makes a new one of its own about every {MOLTIS_DAYS} days, and yours was {age} days old: a new one was due."
        )
    } else if moltis {
        format!(
            "Moltis makes a new one of its own only after {MOLTIS_DAYS} days, or when its host name or address \
             changed, and yours was {age} days old: be careful, somebody may be in between."
        )
    } else if known.until - now < DUE_DAYS * DAY_MS {
        format!("The one you trusted ends on {}, so a new one is due.", date(known.until))
    } else {
        format!("The one you trusted is good until {}, so none was due. {either}", date(known.until))
    }
}

/// The command that shows the true fingerprint, where the maker is known by the certificate.
fn where_to_look(new: &Certificate) -> String {
    if is_moltis(new) {
        ": there, `openssl x509 -in ~/.config/moltis/certs/server.pem -noout -fingerprint -sha256` shows it".to_owned()
    } else {
        String::new()
    }
}

fn is_moltis(about: &Certificate) -> bool {
    about.issuer.contains("Moltis Local CA")
}

fn date(ms: i64) -> String {
    jiff::Timestamp::from_millisecond(ms)
        .map_or_else(|_| "an unknown day".to_owned(), |time| time.strftime("%Y-%m-%d").to_string())
}

/// All that is wrong with a certificate: verification stops at the first fault, a person wants to know of each.
pub(super) fn faults(error: &TlsError, der: &CertificateDer<'_>, name: &ServerName<'_>) -> String {
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
    date(i64::try_from(time.as_secs()).unwrap_or(i64::MAX).saturating_mul(1000))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fingerprint::Fingerprint;

    const NOW: i64 = 1_800_000_000_000;

    fn about(issuer: &str, age: i64, left: i64) -> Certificate {
        Certificate {
            fingerprint: Fingerprint::of(issuer.as_bytes()),
            subject: "CN=x".to_owned(),
            issuer: issuer.to_owned(),
            names: Vec::new(),
            from: NOW - age * DAY_MS,
            until: NOW + left * DAY_MS,
        }
    }

    fn says(old: Certificate, new: &Certificate) -> String {
        let pin = Pin { about: Some(old), ..Pin::everywhere(Fingerprint::of(b"old")) };
        changed(&pin, new, "", NOW)
    }

    #[test]
    fn moltis_renewing_itself_in_time_is_told_from_a_change_that_was_not_due() {
        let moltis = "CN=Moltis Local CA, O=Moltis";
        let new = about(moltis, 0, 365);
        let due = says(about(moltis, 33, 330), &new);
        assert!(due.contains("33 days old: a new one was due") && due.contains("server.pem"), "{due}");
        let early = says(about(moltis, 3, 360), &new);
        assert!(early.contains("be careful"), "{early}");
        // Somebody else's certificate does not profit from the habit.
        assert!(!says(about(moltis, 33, 330), &about("CN=other", 0, 1)).contains("a new one was due"));
    }

    #[test]
    fn other_changes_are_measured_by_the_end_of_the_old_one() {
        let new = about("CN=b", 0, 90);
        assert!(says(about("CN=a", 90, -2), &new).contains("so a new one was due"));
        assert!(says(about("CN=a", 60, 10), &new).contains("a new one is due"));
        assert!(says(about("CN=a", 10, 300), &new).contains("none was due. Either"));
        let bare = changed(&Pin::everywhere(Fingerprint::of(b"")), &new, "", NOW);
        assert!(bare.contains("not the one you trusted. Either it was renewed, or somebody"), "{bare}");
    }
}
