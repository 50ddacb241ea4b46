//! What is being typed about a node, and where a refusal belongs. Pure.

use contract::node::{FormField, Node, NodeForm, Reach, Vendor};
use contract::{Code, Fault, Secret};

/// Where a fault is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Spot {
    Address,
    Name,
    Key,
    /// A further route, by its place.
    Route(usize),
    /// The file of certificate authorities.
    CaFile,
    /// The file of the client certificate, and of its key.
    ClientCertificate,
    ClientKey,
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
            Code::Invalid => fault.details.as_deref().and_then(FormField::read).map_or(Self::Foot, Self::from),
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

    /// Whether it stands in the part that may be folded.
    pub fn is_folded(self) -> bool {
        matches!(self, Self::Route(_) | Self::CaFile | Self::ClientCertificate | Self::ClientKey)
    }
}

impl From<FormField> for Spot {
    fn from(field: FormField) -> Self {
        match field {
            FormField::Address => Self::Address,
            FormField::Name => Self::Name,
            FormField::Route(place) => Self::Route(place),
            FormField::CaFile => Self::CaFile,
            FormField::ClientCertificate => Self::ClientCertificate,
            FormField::ClientKey => Self::ClientKey,
        }
    }
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
pub fn form(typed: Typed<'_>, vendor: Vendor, reach: Reach) -> NodeForm {
    let key = Secret::new(typed.key);
    NodeForm {
        name: typed.name.trim().to_owned(),
        address: typed.address.trim().to_owned(),
        vendor,
        key: (!key.is_empty()).then_some(key),
        trust: None,
        session_only: false,
        reach: Some(reach),
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
        for (code, field, spot) in [
            (Code::Invalid, Some(FormField::Name), Spot::Name),
            (Code::Invalid, Some(FormField::Address), Spot::Address),
            (Code::Invalid, Some(FormField::Route(1)), Spot::Route(1)),
            (Code::Invalid, Some(FormField::ClientKey), Spot::ClientKey),
            (Code::Invalid, None, Spot::Foot),
            (Code::Unauthorised, None, Spot::Key),
            (Code::NoKeyring, None, Spot::Keyring),
            (Code::Other, None, Spot::Foot),
        ] {
            let fault = Fault { details: field.map(FormField::told), ..Fault::new(code, "No.") };
            assert_eq!(Spot::of(&fault), spot, "{field:?}");
        }
    }

    #[test]
    fn white_space_is_no_key() {
        assert_eq!(form(typed("a", "x"), Vendor::Auto, Reach::default()).key, None);
    }
}
