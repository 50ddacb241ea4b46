//! What a link tells whoever records it: each crossing once, in order, over reconnects, and nothing when nobody does.

use std::io::{self, Write};
use std::sync::{Arc, Mutex};

use serde_json::Value;

use super::gateway::Scene;
use super::net;
use crate::dialect::Credentials;
use crate::event::NodeState;
use crate::record::{Begun, Person, Recording, Redactor, Tape, Texts};

/// A file in memory, of limited size.
#[derive(Clone)]
struct Paper {
    text: Arc<Mutex<Vec<u8>>>,
    room: usize,
}

impl Paper {
    fn of(room: usize) -> Paper {
        Paper { text: Arc::default(), room }
    }

    /// What stands behind the first line: direction and frame.
    fn lines(&self) -> Vec<(String, Value)> {
        let text = String::from_utf8(self.text.lock().unwrap().clone()).unwrap();
        let lines = text.lines().skip(1).map(|line| serde_json::from_str::<Value>(line).unwrap());
        lines.map(|line| (line["dir"].as_str().unwrap().to_owned(), line["frame"].clone())).collect()
    }
}

impl Write for Paper {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let mut text = self.text.lock().unwrap();
        let length = bytes.len().min(self.room - text.len());
        text.extend_from_slice(&bytes[..length]);
        if length == 0 { Err(io::Error::from(io::ErrorKind::StorageFull)) } else { Ok(length) }
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

fn recording_on(paper: &Paper) -> Arc<Recording<Paper>> {
    let redactor = Redactor::new(Texts::Kept, Person::default(), [0; 16]);
    Arc::new(Recording::begin(paper.clone(), redactor, &Begun::now(Texts::Kept)))
}

#[tokio::test(start_paused = true)]
async fn what_crosses_is_told_once_and_in_order_without_the_key() {
    let (paper, tape) = (Paper::of(1 << 20), Tape::default());
    let recording = recording_on(&paper);
    tape.begin(recording.clone());
    let mut scene = Scene::open_with(|target| {
        target.tape = tape.clone();
        target.credentials =
            Credentials { key: Some("the-key-of-this-test".to_owned().into()), device: None, device_token: None };
    });
    let mut peer = scene.ready().await;
    peer.say("say the-key-of-this-test, aloud").await;
    scene.ear.heard(1).await;
    drop(peer);
    scene.backing_off().await;
    let mut peer = scene.ready().await;
    tape.end();
    peer.say("say nothing that is written down").await;
    scene.ear.heard(3).await;

    let lines = paper.lines();
    let told: Vec<String> = lines.iter().map(|(dir, frame)| format!("{dir} {frame}")).collect();
    let once = [r#"meta {"opened":"moltis"}"#, r#"out "i am REDACTED""#, r#"in "hello""#];
    assert_eq!(told[..3], once);
    assert_eq!(told[3..5], [r#"in "say REDACTED, aloud""#, r#"close {"code":null,"reason":""}"#]);
    assert_eq!(told[5..], once);
    let tally = recording.tally().borrow().clone();
    assert_eq!((tally.frames_in, tally.frames_out, tally.connections), (3, 2, 2));
    assert_eq!((tally.removed.secrets, tally.fault), (3, None));
}

#[tokio::test(start_paused = true)]
async fn a_recording_that_begins_on_an_open_socket_knows_whose_it_is() {
    let (late, down, tape) = (Paper::of(1 << 20), Paper::of(1 << 20), Tape::default());
    let mut scene = Scene::open_with(|target| target.tape = tape.clone());
    let mut peer = scene.ready().await;
    let recording = recording_on(&late);
    tape.begin(recording.clone());
    peer.say("say something").await;
    scene.ear.heard(1).await;
    let lines = late.lines();
    assert_eq!(lines[0], ("meta".to_owned(), serde_json::json!({"opened": "moltis"})));
    assert_eq!(lines[1].0, "in");
    let tally = recording.tally().borrow().clone();
    assert_eq!((tally.dialect, tally.connections), (Some("moltis"), 1));

    tape.end();
    drop(peer);
    scene.backing_off().await;
    tape.begin(recording_on(&down));
    assert!(down.lines().is_empty(), "nothing is open: {:?}", down.lines());
}

#[tokio::test(start_paused = true)]
async fn a_full_disk_ends_the_recording_and_nothing_else() {
    let (paper, tape) = (Paper::of(300), Tape::default());
    let recording = recording_on(&paper);
    tape.begin(recording.clone());
    let mut scene = Scene::open_with(|target| target.tape = tape.clone());
    let mut peer = scene.ready().await;
    peer.say(&format!("say {}", "x".repeat(1000))).await;
    peer.say("say more").await;
    assert_eq!(scene.ear.heard(2).await.len(), 2, "the link goes on");
    let tally = recording.tally().borrow().clone();
    assert!(tally.fault.is_some_and(|why| why.contains("space") || why.contains("full")));
    let whole = paper.text.lock().unwrap()[..tally.bytes as usize].to_vec();
    assert!(whole.ends_with(b"\n"), "what is counted ends with a whole line");
}

#[tokio::test]
async fn a_refused_socket_is_told_with_its_status() {
    let (paper, tape) = (Paper::of(1 << 20), Tape::default());
    tape.begin(recording_on(&paper));
    let mut target = net::parrot().await;
    target.tape = tape;
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    target.routes = crate::address::Address::parse(&listener.local_addr().unwrap().to_string()).unwrap().into();
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            use tokio::io::{AsyncReadExt, AsyncWriteExt};
            let mut request = [0; 4096];
            // Whoever asks and goes is no matter here.
            let _ = stream.read(&mut request).await;
            let _ = stream.write_all(b"HTTP/1.1 401 No\r\nConnection: close\r\n\r\nkey, please").await;
        }
    });
    let state = net::settles(target).await;
    assert!(matches!(state, NodeState::Unauthorised { .. }), "{state:?}");
    let lines = paper.lines();
    assert_eq!(lines.len(), 1, "{lines:?}");
    assert_eq!((lines[0].0.as_str(), lines[0].1["upgrade_refused"].as_u64()), ("meta", Some(401)));
}
