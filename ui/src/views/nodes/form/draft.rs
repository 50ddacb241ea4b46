//! What is being typed about a node, and where a refusal belongs. Pure.

use contract::node::{Node, NodeForm, Vendor};
use contract::{Code, Fault, Secret};

/// Where a fault is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Spot {
    Address,
    Name,
    Key,
    /// Beside the fingerprint.
    Certificate,
    /// With the choice to keep the key for this session.
    Keyring,
    /// With the command to run.
    Pairing,
    /// Under everything.
    Foot,
}

impl Spot {
    /// Where this fault belongs.
    pub fn of(fault: &Fault) -> Self {
        match fault.code {
            Code::Invalid if speaks_of_name(&fault.message) => Self::Name,
            Code::Invalid => Self::Address,
            Code::Unauthorised => Self::Key,
            Code::Untrusted => Self::Certificate,
            Code::NoKeyring => Self::Keyring,
            Code::Pairing => Self::Pairing,
            Code::NotConnected
            | Code::Unknown
            | Code::Settled
            | Code::Changed
            | Code::Locked
            | Code::NotFound
            | Code::Other => Self::Foot,
        }
    }
}

fn speaks_of_name(message: &str) -> bool {
    let message = message.to_lowercase();
    let about_host = message.contains("host name") || message.contains("certificate");
    !about_host && message.split(|c: char| !c.is_alphabetic()).any(|word| matches!(word, "name" | "named" | "called"))
}

/// What was typed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Typed<'a> {
    pub name: &'a str,
    pub address: &'a str,
    pub key: &'a str,
}

/// What can be said before the core is asked, at the first field that is wrong.
pub fn check(typed: Typed<'_>, nodes: &[Node], edits: Option<&str>) -> Option<(Spot, String)> {
    let (name, address) = (typed.name.trim(), typed.address.trim());
    if address.is_empty() {
        return Some((Spot::Address, "An address is needed: wss://host:port, or just host:port.".to_owned()));
    }
    if name.is_empty() {
        return Some((Spot::Name, "A name is needed: it stands for this node everywhere.".to_owned()));
    }
    let taken = nodes.iter().any(|node| node.name.eq_ignore_ascii_case(name) && Some(node.id.as_str()) != edits);
    taken.then(|| (Spot::Name, format!("There is a node named “{name}” already. Choose another name.")))
}

/// As the core takes it. An empty key keeps the stored one when editing.
pub fn form(typed: Typed<'_>, vendor: Vendor, trust: Option<String>, session_only: bool) -> NodeForm {
    let key = Secret::new(typed.key);
    NodeForm {
        name: typed.name.trim().to_owned(),
        address: typed.address.trim().to_owned(),
        vendor,
        key: (!key.is_empty()).then_some(key),
        trust,
        session_only,
        reach: None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn typed<'a>(name: &'a str, address: &'a str) -> Typed<'a> {
        Typed { name, address, key: " " }
    }

    #[test]
    fn what_is_missing_is_said_at_its_field() {
        assert_eq!(check(typed("a", " "), &[], None).map(|(spot, _)| spot), Some(Spot::Address));
        assert_eq!(check(typed("", "x:1"), &[], None).map(|(spot, _)| spot), Some(Spot::Name));
        assert_eq!(check(typed("a", "x:1"), &[], None), None);
    }

    #[test]
    fn a_refusal_goes_to_the_field_it_is_about() {
        for (code, message, spot) in [
            (Code::Invalid, "A node named “a” exists already.", Spot::Name),
            (Code::Invalid, "ws:// to another host is refused.", Spot::Address),
            (Code::Invalid, "The host name has no address.", Spot::Address),
            (Code::Unauthorised, "The key was refused.", Spot::Key),
            (Code::NoKeyring, "No keyring answers.", Spot::Keyring),
            (Code::Other, "Something else.", Spot::Foot),
        ] {
            assert_eq!(Spot::of(&Fault::new(code, message)), spot, "{message}");
        }
    }

    #[test]
    fn white_space_is_no_key() {
        assert_eq!(form(typed("a", "x"), Vendor::Auto, None, false).key, None);
    }
}
