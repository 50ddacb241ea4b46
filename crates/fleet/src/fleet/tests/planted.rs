//! Planted keys go through the core as a window uses it: they stand in no batch, no reply, no fault, no recording and no
//! file, whichever secret it is.

use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::{STANDARD_NO_PAD, URL_SAFE_NO_PAD};
use contract::calls::{
    AuditRead, Handler, NodeAdd, NodeDrift, NodeEdit, NodeProbe, NodeRemove, RecordStart, RecordState, RecordStop,
    SessionExport, Watch,
};
use contract::node::{NodeForm, Vendor};
use contract::transcript::ExportForm;
use contract::{Batch, Request, Secret, Topic};
use secrecy::ExposeSecret;
use tokio::sync::mpsc;

use super::rig::{House, TOKEN, embedded, form, listening, main_of, ready, say, transcript};
use crate::fleet::Fleet;
use crate::keys::{Keys, Slot};
use crate::nodes::LOCAL;

const WRONG: &str = "planted-wrong-key/+9876543210";
const LENT: &str = "planted-session-key/+1234567890";

/// Everything that a window heard, as it crosses.
struct Heard {
    batches: mpsc::Receiver<Batch>,
    text: String,
}

impl Heard {
    async fn by(fleet: &Fleet, topics: Vec<Topic>) -> Heard {
        let batches = fleet.attach("main");
        fleet.watch("main", Watch { topics }).await.unwrap();
        Heard { batches, text: String::new() }
    }

    fn add(&mut self, what: &impl serde::Serialize) {
        self.text.push_str(&serde_json::to_string(what).unwrap());
    }

    /// Also what would be printed of it by whoever debugs.
    fn shown<T: serde::Serialize, E: serde::Serialize + std::fmt::Debug>(&mut self, what: Result<T, E>) -> Option<T> {
        match what {
            Ok(what) => {
                self.add(&what);
                Some(what)
            }
            Err(fault) => {
                self.add(&fault);
                self.text.push_str(&format!("{fault:?}"));
                None
            }
        }
    }

    /// Takes batches until one holds these words.
    async fn until(&mut self, words: &str) {
        let mut last = String::new();
        while !last.contains(words) {
            let batch = tokio::time::timeout(Duration::from_secs(30), self.batches.recv()).await;
            last = serde_json::to_string(&batch.expect(words).unwrap()).unwrap();
            self.text.push_str(&last);
        }
    }
}

/// A secret in the forms it may be written in.
fn forms(secret: &str) -> Vec<String> {
    let hex: String = secret.bytes().map(|byte| format!("{byte:02x}")).collect();
    let base64 = [STANDARD_NO_PAD.encode(secret), URL_SAFE_NO_PAD.encode(secret)];
    // Its last digits depend on what follows.
    let base64 = base64.into_iter().map(|text| text[..text.len() - 2].to_owned());
    base64.chain([secret.to_owned(), hex, url_encoded(secret)]).collect()
}

fn url_encoded(text: &str) -> String {
    let plain = |byte: &u8| byte.is_ascii_alphanumeric() || b"-_.~".contains(byte);
    text.bytes().map(|byte| if plain(&byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") }).collect()
}

fn is_in(secret: &str, bytes: &[u8]) -> bool {
    forms(secret).iter().any(|form| bytes.windows(form.len()).any(|window| window == form.as_bytes()))
}

#[tokio::test]
async fn planted_keys_stand_in_nothing_that_crosses_to_a_window_and_in_no_file() {
    let house = House::new();
    let gateway = house.gateway("gateway").await;
    let open = listening(&house.gateway("far").await, None).await;
    let fleet = house.fleet(Some(embedded(&gateway))).await;
    ready(&fleet, LOCAL).await;
    let topics = vec![Topic::Nodes, Topic::Approvals, Topic::Vitals, transcript(&main_of(LOCAL))];
    let mut heard = Heard::by(&fleet, topics).await;

    let id = fleet.node_add("main", NodeAdd { form: form("homelab", &open.url) }).await.unwrap();
    ready(&fleet, &id).await;
    recorded(&fleet, &house, &id, &mut heard).await;
    refused(&fleet, &id, &open.url, &mut heard).await;
    asked(&fleet, &id, &open.url, &mut heard).await;
    say(&fleet, &main_of(LOCAL), "hello there", "c1").await;
    heard.until("\"streaming\":false").await;
    heard.shown(fleet.node_remove("main", NodeRemove { id: id.clone() }).await);
    fleet.core().log().flush().await;

    let mut secrets = house.vault.secrets();
    secrets.extend([WRONG, LENT, TOKEN].map(str::to_owned));
    assert!(secrets.len() > 4, "the vault holds a key and devices of its own: {}", secrets.len());
    fleet.shutdown().await;
    for secret in &secrets {
        assert!(!is_in(secret, heard.text.as_bytes()), "a secret crossed to the window");
    }
    hunt(house.folder.path(), &secrets);
}

/// Other keys that do not open it, and a node of another vendor, which makes a device of its own.
async fn refused(fleet: &Fleet, id: &str, url: &str, heard: &mut Heard) {
    let wrong = NodeForm { key: Some(Secret::new(WRONG)), ..form("homelab", url) };
    heard.shown(fleet.node_probe("main", NodeProbe { form: wrong.clone(), id: Some(id.to_owned()) }).await);
    heard.shown(fleet.node_edit("main", NodeEdit { id: id.to_owned(), form: wrong }).await);
    heard.until("unauthorised").await;
    heard.shown(fleet.node_edit("main", NodeEdit { id: id.to_owned(), form: form("homelab", url) }).await);
    ready(fleet, id).await;
    let lent = NodeForm { key: Some(Secret::new(LENT)), session_only: true, ..form("lent", url) };
    heard.shown(fleet.node_add("main", NodeAdd { form: lent }).await);
    let other = NodeForm { vendor: Vendor::Openclaw, ..form("claw", url) };
    let other = heard.shown(fleet.node_add("main", NodeAdd { form: other }).await).unwrap();
    let keys = fleet.inner.parts.keys.clone();
    heard.until("claw").await;
    assert!(device_of(&keys, &other).await, "an OpenClaw node has a device of its own");
}

async fn device_of(keys: &Keys, node: &str) -> bool {
    keys.read(node, Slot::Device).await.unwrap().is_some_and(|secret| !secret.expose_secret().is_empty())
}

/// Calls as the window makes them, by name: a key among the arguments comes back in no reply.
async fn asked(fleet: &Fleet, id: &str, url: &str, heard: &mut Heard) {
    for call in contract::calls::NAMES {
        // Not as this version has it, so that the answer is a sentence about what was sent.
        let args = serde_json::json!({
            "form": {"name": "x", "address": url, "vendor": 7, "key": TOKEN}, "id": [id], "node": [id],
        });
        if ["hello", "resync", "watch", "nodes_nearby"].contains(call) {
            continue;
        }
        let request = Request { window: "main".to_owned(), call: (*call).to_owned(), args };
        if let Err(fault) = fleet.call(request).await {
            let text = serde_json::to_string(&fault).unwrap();
            assert!(!is_in(TOKEN, text.as_bytes()), "{call} repeats what it was given: {text}");
        }
    }
    heard.shown(fleet.audit("main", AuditRead { since: None, node: None, limit: 1000 }).await);
    heard.shown(fleet.node_drift("main", NodeDrift { node: id.to_owned() }).await);
    let export = SessionExport { of: main_of(LOCAL), form: ExportForm::Jsonl };
    heard.shown(fleet.session_export("main", export).await);
}

/// Recorded over a reconnect, so that the handshake is in it.
async fn recorded(fleet: &Fleet, house: &House, id: &str, heard: &mut Heard) {
    let file = house.folder.path().join("recording.jsonl");
    let start = RecordStart { node: id.to_owned(), file: file.display().to_string(), with_text: true, replace: false };
    let none = fleet.record_stop("main", RecordStop { node: id.to_owned() }).await.unwrap_err();
    assert!(none.message.contains("nothing was ended"), "{none:?}");
    heard.shown(fleet.record_start("main", start.clone()).await).unwrap();
    assert!(heard.shown(fleet.record_start("main", start).await).is_none(), "one recording at a time");
    let edited =
        NodeForm { key: None, ..form("harbour", &fleet.nodes().iter().find(|node| node.id == id).unwrap().address) };
    fleet.node_edit("main", NodeEdit { id: id.to_owned(), form: edited }).await.unwrap();
    ready(fleet, id).await;
    fleet.agents(id).await.unwrap();
    heard.shown(fleet.record_state("main", RecordState { node: id.to_owned() }).await);
    let told = heard.shown(fleet.record_stop("main", RecordStop { node: id.to_owned() }).await).unwrap();
    assert!(told.secrets > 0 && told.frames_out > 1 && told.frames_in > 1 && told.connections == 2, "{told:?}");
    let text = std::fs::read_to_string(&file).unwrap();
    assert!(text.contains("\"method\":\"connect\"") && text.contains("REDACTED"), "{text}");
    assert_eq!(text.len() as u64, told.bytes);
}

fn hunt(folder: &std::path::Path, secrets: &[String]) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            hunt(&path, secrets);
            continue;
        }
        let bytes = std::fs::read(&path).unwrap();
        for secret in secrets {
            assert!(!is_in(secret, &bytes), "a secret stands in {}", path.display());
        }
    }
}
