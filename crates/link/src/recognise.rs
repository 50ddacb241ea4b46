//! Who answers at an address nobody has set up yet, and which address was likely meant where the typed one leads
//! nowhere. Only questions that everybody may ask; no key goes out, so no certificate has to be trusted.

use std::time::Duration;

use futures_util::future::join_all;
use serde::Serialize;
use tokio::time::timeout;

use crate::address::Address;
use crate::auto;
use crate::connector::{Caution, Tools};
use crate::dialect::{ClientInfo, Credentials, Kind};
use crate::route::Route;
use crate::target::{Choice, Target, Transport};
use crate::tls::TlsTerms;

/// How long one address may take.
const LIMIT: Duration = Duration::from_secs(3);
/// Through SSH it takes longer to get there.
const LIMIT_BY_SSH: Duration = Duration::from_secs(12);
/// The ports that the vendors' gateways have without being told another.
pub(crate) const USUAL_PORTS: [u16; 3] = [18789, 9120, 13131];

/// A gateway that answers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Recognised {
    pub route: Route,
    pub kind: Kind,
    /// Where it says so without being asked for more.
    pub version: Option<String>,
}

/// Who answers by that route, if it is a gateway this program knows.
pub async fn recognise(route: &Route) -> Option<Recognised> {
    recognise_with(route, &Tools::default()).await
}

async fn recognise_with(route: &Route, tools: &Tools) -> Option<Recognised> {
    let tools = Tools { caution: Caution::OnlyLooking, ..tools.clone() };
    let target = stranger(route);
    let limit = if route.via.is_some() { LIMIT_BY_SSH } else { LIMIT };
    let found = timeout(limit, auto::find(&target, route, &tools)).await.ok()?.ok()?;
    Some(Recognised { route: route.clone(), kind: found.kind, version: found.version })
}

/// The gateway that was likely meant by a route that leads to none: another scheme, no path, a usual port.
pub(crate) async fn meant(route: &Route, tools: &Tools) -> Option<Recognised> {
    let others = alternatives(route, tools.usual_ports);
    let found = join_all(others.iter().map(|route| recognise_with(route, tools))).await;
    found.into_iter().flatten().next()
}

/// What may have been meant, the likeliest first.
fn alternatives(route: &Route, usual: &[u16]) -> Vec<Route> {
    let address = &route.address;
    let other = |secure: bool, port: u16| address.moved(secure, port);
    let mut all = vec![other(!address.secure(), address.port()), other(address.secure(), address.port())];
    // Moltis answers plain questions on the port after its own.
    all.push(other(true, address.port().saturating_sub(1).max(1)));
    if route.via.is_none() {
        for &port in usual {
            all.extend([other(address.secure(), port), other(!address.secure(), port)]);
        }
    }
    let mut routes: Vec<Route> = Vec::new();
    for address in all.into_iter().flatten() {
        let new = Route { via: route.via.clone(), address };
        if new != *route && !routes.contains(&new) {
            routes.push(new);
        }
    }
    routes
}

/// A target that nothing is known of.
fn stranger(route: &Route) -> Target {
    Target {
        name: "somebody".to_owned(),
        choice: Choice::Auto,
        routes: route.clone().into(),
        tls: TlsTerms::default(),
        credentials: Credentials { key: None, device: None, device_token: None },
        ours: ClientInfo::new(env!("CARGO_PKG_VERSION"), ""),
        on_token: None,
        on_route: None,
        on_drift: None,
        tape: Default::default(),
        transport: Transport::Net,
    }
}

impl Address {
    /// The same host without a path; `None` where plain text would leave this computer.
    fn moved(&self, secure: bool, port: u16) -> Option<Address> {
        let scheme = if secure { "wss" } else { "ws" };
        let host = if self.host().contains(':') { format!("[{}]", self.host()) } else { self.host().to_owned() };
        Address::parse(&format!("{scheme}://{host}:{port}")).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(text: &str) -> Vec<String> {
        alternatives(&Route::parse(text).unwrap(), &USUAL_PORTS).iter().map(ToString::to_string).collect()
    }

    #[test]
    fn on_this_computer_the_other_scheme_and_the_usual_ports_are_thought_of() {
        let all = of("ws://127.0.0.1:18788/odd");
        assert_eq!(all[..3], ["wss://127.0.0.1:18788", "ws://127.0.0.1:18788", "wss://127.0.0.1:18787"]);
        assert!(all.contains(&"ws://127.0.0.1:9120".to_owned()), "{all:?}");
    }

    #[test]
    fn nothing_plain_is_thought_of_elsewhere_and_no_strange_port_is_knocked_at_behind_ssh() {
        assert!(of("wss://homelab:1").iter().all(|route| route.starts_with("wss://")));
        let behind = of("ssh://me@homelab/18790");
        assert_eq!(behind, ["ssh://me@homelab/wss://127.0.0.1:18790", "ssh://me@homelab/wss://127.0.0.1:18789"]);
    }
}
