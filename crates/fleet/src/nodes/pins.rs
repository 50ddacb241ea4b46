//! The certificates a person trusts for a node: what is known of each, and which a new one replaces.

use link::dialect::Credentials;
use link::{Fingerprint, Pin};

use super::{Parts, routes, target};
use crate::table::node::NodeRow;

/// The pin for a fingerprint the person compared, with what the certificate says of itself where it is shown now.
pub async fn pinned(parts: &Parts, row: &NodeRow, fingerprint: Fingerprint) -> Pin {
    let bare = Pin { since: Some(parts.now()), ..Pin::everywhere(fingerprint) };
    let nobody = Credentials { key: None, device: None, device_token: None };
    let Ok(target) = target(parts, row, nobody) else {
        return bare;
    };
    let seen = link::shown(&target).await.into_iter().find_map(|shown| {
        let place = shown.route.address.place();
        let both = std::iter::once(shown.certificate).chain(shown.authority);
        both.into_iter().find(|one| one.fingerprint == fingerprint).map(|about| (place, about))
    });
    match seen {
        Some((place, about)) => Pin { at: Some(place), about: Some(about), ..bare },
        None => bare,
    }
}

/// The pins with this one in place of what was trusted at the same place.
pub fn replaced(pins: &[Pin], new: Pin) -> Vec<Pin> {
    let other = |pin: &&Pin| match &new.at {
        Some(place) => !pin.holds_at(place),
        None => false,
    };
    pins.iter().filter(other).cloned().chain([new.clone()]).collect()
}

/// The pins that belong to the row's routes: one belongs to the place it was seen at.
pub fn still_here(old: &NodeRow, new: &NodeRow) -> Vec<Pin> {
    let Ok(ways) = routes(new) else {
        return Vec::new();
    };
    let stays = |pin: &&Pin| match &pin.at {
        Some(at) => ways.iter().any(|route| route.address.place() == *at),
        None => old.address == new.address,
    };
    old.pins.iter().filter(stays).cloned().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pin(of: &str, at: Option<&str>) -> Pin {
        Pin { at: at.map(str::to_owned), ..Pin::everywhere(Fingerprint::of(of.as_bytes())) }
    }

    #[test]
    fn a_new_certificate_replaces_what_was_trusted_at_its_place_and_nothing_else() {
        let kept = [pin("lan", Some("lan:1")), pin("public", Some("public:1")), pin("everywhere", None)];
        let new = pin("renewed", Some("lan:1"));
        assert_eq!(replaced(&kept, new.clone()), [kept[1].clone(), new]);
        let everywhere = pin("new", None);
        assert_eq!(replaced(&kept, everywhere.clone()), [everywhere]);
    }
}
