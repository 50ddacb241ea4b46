//! Gateways that can be found without being told of: on the usual ports of this computer, and on the network by mDNS.
//! What the network says is a hint and trusted for nothing: whoever is found is asked who it is, and no key goes there.

use std::collections::BTreeMap;
use std::net::IpAddr;
use std::time::Duration;

use futures_util::future::join_all;
use mdns_sd::{Receiver, ResolvedService, ServiceDaemon, ServiceEvent};
use serde::Serialize;
use tokio::net::TcpStream;
use tokio::time::{Instant, timeout, timeout_at};

use crate::dialect::Kind;
use crate::recognise::{Recognised, recognise};
use crate::route::Route;
use crate::stranger;

/// OpenClaw's and its neighbours', a dashboard's first and those it takes when that is taken, Moltis' of old.
const PORTS: [(u16, u16); 3] = [(18789, 18799), (9120, 9139), (13131, 13131)];
/// How long a port of this computer may take to open.
const OPENS: Duration = Duration::from_millis(500);
/// How long the network is listened to.
const LISTENS: Duration = Duration::from_secs(3);
const SERVICES: [(&str, Kind); 2] =
    [("_openclaw-gw._tcp.local.", Kind::Openclaw), ("_moltis._tcp.local.", Kind::Moltis)];

/// A gateway that told the network of itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Announced {
    /// What it calls itself.
    pub name: String,
    pub kind: Kind,
    pub version: Option<String>,
    /// How to get there: by TLS where it has that, else through SSH.
    pub route: Route,
    /// Whether it was asked and answered. One that was not may be behind a firewall, or there no more.
    pub answered: Option<Recognised>,
}

/// The gateways on the usual ports of this computer.
pub async fn on_this_computer() -> Vec<Recognised> {
    let ports = PORTS.iter().flat_map(|(first, last)| *first..=*last);
    on_ports(ports).await
}

/// The gateways on those ports of this computer.
pub async fn on_ports(ports: impl IntoIterator<Item = u16>) -> Vec<Recognised> {
    join_all(ports.into_iter().map(on_port)).await.into_iter().flatten().collect()
}

async fn on_port(port: u16) -> Option<Recognised> {
    timeout(OPENS, TcpStream::connect(("127.0.0.1", port))).await.ok()?.ok()?;
    for scheme in ["ws", "wss"] {
        let route = Route::parse(&format!("{scheme}://127.0.0.1:{port}")).ok()?;
        if let Some(found) = recognise(&route).await {
            return Some(found);
        }
    }
    None
}

/// The gateways that tell the network of themselves.
///
/// # Errors
/// A sentence: the network cannot be listened to.
pub async fn on_the_network() -> Result<Vec<Announced>, String> {
    let silent = |error: mdns_sd::Error| format!("The network cannot be listened to for gateways (mDNS: {error}).");
    let daemon = ServiceDaemon::new().map_err(silent)?;
    let end = Instant::now() + LISTENS;
    let mut heard = Vec::new();
    for (service, kind) in SERVICES {
        heard.push(hear(daemon.browse(service).map_err(silent)?, kind, end));
    }
    let all = join_all(heard).await;
    // It ends its own thread; whether it says goodbye is of no matter.
    let _ = daemon.shutdown();
    let each: BTreeMap<_, _> = all.into_iter().flatten().map(|one| (one.name.clone(), one)).collect();
    Ok(join_all(each.into_values().map(met)).await.into_iter().flatten().collect())
}

/// A gateway as it told of itself.
struct Told {
    name: String,
    kind: Kind,
    version: Option<String>,
    host: String,
    ip: IpAddr,
    port: u16,
}

async fn hear(events: Receiver<ServiceEvent>, kind: Kind, end: Instant) -> Vec<Told> {
    let mut told = Vec::new();
    while let Ok(Ok(event)) = timeout_at(end, events.recv_async()).await {
        if let ServiceEvent::ServiceResolved(service) = event {
            told.extend(read(&service, kind));
        }
    }
    told
}

/// What a stranger wrote: only what can be an address is taken, and a short name.
fn read(service: &ResolvedService, kind: Kind) -> Option<Told> {
    let mut ips: Vec<IpAddr> = service.get_addresses().iter().map(|ip| ip.to_ip_addr()).collect();
    ips.sort_by_key(|ip| (ip.is_ipv6(), *ip));
    let ip = *ips.first()?;
    let text = |key: &str| service.get_property_val_str(key).map(plain).filter(|text| !text.is_empty());
    let host = service.get_hostname().trim_end_matches('.').to_ascii_lowercase();
    let instance = service.get_fullname().split("._").next().unwrap_or_default();
    let name = text("displayName").or_else(|| text("hostname")).unwrap_or_else(|| plain(instance));
    Some(Told { name, kind, version: text("version"), host, ip, port: service.get_port() })
}

fn plain(text: &str) -> String {
    stranger::plain(text, 60)
}

/// Asks it who it is: by its name, which its certificate may be for, then by its address.
async fn met(told: Told) -> Option<Announced> {
    let Told { name, kind, version, host, ip, port } = told;
    let ip = if ip.is_ipv6() { format!("[{ip}]") } else { ip.to_string() };
    for host in [&host, &ip] {
        let Ok(route) = Route::parse(&format!("wss://{host}:{port}")) else { continue };
        if let Some(answered) = recognise(&route).await {
            let version = answered.version.clone().or(version);
            return Some(Announced { name, kind, version, route, answered: Some(answered) });
        }
    }
    // Without TLS it is reached through SSH alone.
    let route = Route::parse(&format!("ssh://{host}/{port}")).ok()?;
    Some(Announced { name, kind, version, route, answered: None })
}
