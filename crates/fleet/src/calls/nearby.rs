//! Gateways that are near, and the import of what other programs know of theirs. Nothing is kept without the person's
//! word; a key goes from its file into the keyring and nowhere else.

use std::collections::BTreeSet;

use contract::calls::NodeImport;
use contract::node::{Import, ImportKey, Nearby, NodeForm, NodeId, Vendor};
use contract::{Code, Fault, Secret};
use link::Recognised;
use link::nearby::Announced;
use secrecy::ExposeSecret;

use super::probe::vendor;
use crate::fleet::Fleet;
use crate::nearby::{Key, Offer, offers};
use crate::nodes::{place, places};

/// All that can be found: on this computer, on the network, in configurations.
pub async fn all(fleet: &Fleet) -> Result<Vec<Nearby>, Fault> {
    let configured = offers().0;
    let (here, network) =
        futures_util::future::join(link::nearby::on_this_computer(), link::nearby::on_the_network()).await;
    let announced = network.unwrap_or_else(|fault| {
        tracing::info!(fault, "the network was not listened to");
        Vec::new()
    });
    let mut found = Found::of(fleet);
    configured.iter().for_each(|offer| found.offered(offer));
    here.into_iter().for_each(|one| found.listening(one));
    announced.into_iter().for_each(|one| found.announced(one));
    Ok(found.list)
}

/// What was found so far; the same place is listed once.
struct Found {
    list: Vec<Nearby>,
    /// Name, and every address, of the nodes that are kept.
    kept: Vec<(String, Vec<String>)>,
    names: BTreeSet<String>,
}

impl Found {
    fn of(fleet: &Fleet) -> Found {
        let heads = fleet.nodes();
        let kept = heads.iter().map(|head| (head.name.clone(), places(head).collect()));
        let names = heads.iter().map(|head| head.name.to_lowercase()).collect();
        Found { list: Vec::new(), kept: kept.collect(), names }
    }

    fn offered(&mut self, offer: &Offer) {
        let import = Import {
            id: offer.id(),
            file: offer.file.display().to_string(),
            key: match &offer.key {
                Key::There(_) => ImportKey::There,
                Key::None => ImportKey::None,
                Key::Elsewhere(why) => ImportKey::Elsewhere(why.clone()),
            },
            fingerprint: offer.fingerprint.clone(),
        };
        let how = format!("in the configuration {}", offer.file.display());
        self.add(&offer.name, &offer.address, (offer.vendor, None), how, Some(import));
    }

    fn listening(&mut self, one: Recognised) {
        let name = word(vendor(one.kind, None));
        let kind = (vendor(one.kind, None), one.version);
        self.add(name, &one.route.to_string(), kind, "it listens on this computer".to_owned(), None);
    }

    fn announced(&mut self, one: Announced) {
        let how = match &one.answered {
            Some(_) => "it tells the network of itself (mDNS)",
            None => {
                "it tells the network of itself (mDNS), but does not answer with TLS; so this is the way through SSH"
            }
        };
        let kind = (vendor(one.kind, None), one.version);
        self.add(&one.name, &one.route.to_string(), kind, how.to_owned(), None);
    }

    fn add(&mut self, name: &str, address: &str, kind: (Vendor, Option<String>), how: String, import: Option<Import>) {
        let at = place(address);
        if let Some(known) = self.list.iter_mut().find(|known| place(&known.address) == at) {
            known.how.push(how);
            known.version = known.version.take().or(kind.1);
            // Who answered knows better whether there is TLS than a file.
            if import.is_none() {
                address.clone_into(&mut known.address);
            }
            return;
        }
        let kept_as = self.kept.iter().find(|(_, places)| places.contains(&at)).map(|(name, _)| name.clone());
        let name = self.free(name);
        let (address, how) = (address.to_owned(), vec![how]);
        self.list.push(Nearby { name, address, vendor: kind.0, version: kind.1, how, kept_as, import });
    }

    /// The name, or with a number what no node is called yet.
    fn free(&mut self, name: &str) -> String {
        let mut free = name.to_owned();
        let mut number = 1;
        while !self.names.insert(free.to_lowercase()) {
            number += 1;
            free = format!("{name} {number}");
        }
        free
    }
}

fn word(vendor: Vendor) -> &'static str {
    match vendor {
        Vendor::Auto => "gateway",
        Vendor::Pilothouse => "pilothouse",
        Vendor::Moltis => "moltis",
        Vendor::Openclaw => "openclaw",
        Vendor::McpDashboard => "dashboard",
    }
}

/// Keeps what a configuration offers, as it stands there now.
pub async fn import(fleet: &Fleet, window: &str, args: NodeImport) -> Result<NodeId, Fault> {
    let changed = "The configuration says something else now. Look again, and decide anew; nothing was kept.";
    let offer = offers().0.into_iter().find(|offer| offer.id() == args.id);
    let offer = offer.ok_or_else(|| Fault::new(Code::NotFound, changed))?;
    let key = match offer.key {
        Key::There(key) => Some(Secret::new(key.expose_secret())),
        Key::None | Key::Elsewhere(_) => None,
    };
    let form = NodeForm {
        name: args.name,
        address: offer.address,
        vendor: offer.vendor,
        key,
        trust: offer.fingerprint,
        session_only: args.session_only,
        reach: None,
    };
    super::node::add(fleet, window, "node.import", form).await
}
