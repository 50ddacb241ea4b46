//! The recordings, found by walking the folders of the vendors.

use std::path::{Path, PathBuf};

use link::decode::decode;
use link::dialect::Kind;
use link::event::{Body, Stamped};

use crate::promises;

/// One recorded connection, or several to one gateway.
pub struct Recording {
    /// Vendor and path, without the ending.
    pub name: String,
    pub kind: Kind,
    pub text: String,
}

/// What came out of a recording.
pub struct Decoded {
    pub events: Vec<Stamped>,
    pub problems: Vec<(usize, String)>,
}

impl Recording {
    pub fn named(name: &str) -> Self {
        let (vendor, _) = name.split_once('/').unwrap();
        let path = fixtures().join(format!("{name}.jsonl"));
        Self { name: name.to_owned(), kind: Kind::from_name(vendor).unwrap(), text: read(&path) }
    }

    pub fn decoded(&self) -> Decoded {
        decode_text(self.kind, self.text.as_bytes())
    }

    /// The promises that it breaks, each as a line.
    pub fn broken(&self) -> Vec<String> {
        let events = self.decoded().events;
        let mut found = promises::of_events(&events);
        found.extend(self.silent(&events));
        found.into_iter().map(|broken| format!("{}: {broken}", self.name)).collect()
    }

    /// A connection that said or heard anything tells the node's state; one that could not be opened does too.
    fn silent(&self, events: &[Stamped]) -> Option<String> {
        let remark = |line: &str| line.contains("\"dir\": \"note\"") || line.contains("\"dir\":\"note\"");
        let told = events.iter().any(|stamped| matches!(stamped.event.body, Body::NodeState(_)));
        (self.text.lines().any(|line| !remark(line)) && !told).then(|| "no node.state".to_owned())
    }
}

pub fn decode_text(kind: Kind, text: &[u8]) -> Decoded {
    let (mut events, mut problems) = (Vec::new(), Vec::new());
    decode(kind, "node", text, |event| events.push(event.clone()), |line, why| problems.push((line, why))).unwrap();
    Decoded { events, problems }
}

pub fn all() -> Vec<Recording> {
    let mut found = Vec::new();
    for kind in Kind::ALL {
        walk(&fixtures().join(kind.name()), &mut |path| {
            let name = path.strip_prefix(fixtures()).unwrap().with_extension("");
            found.push(Recording { name: name.to_str().unwrap().to_owned(), kind, text: read(path) });
        });
    }
    found.sort_by(|a, b| a.name.cmp(&b.name));
    found
}

fn walk(folder: &Path, on_recording: &mut impl FnMut(&Path)) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            walk(&path, on_recording);
        } else if path.extension().is_some_and(|ending| ending == "jsonl") {
            on_recording(&path);
        }
    }
}

fn read(path: &Path) -> String {
    std::fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn fixtures() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures")
}
