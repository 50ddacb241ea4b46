//! Certificates over real TLS on loopback: vouched for, unknown, pinned, changed, expired, for another name.

use std::sync::Arc;
use std::time::Duration;

use futures_util::{SinkExt, StreamExt};
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair, date_time_ymd};
use rustls::ServerConfig;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use supervise::Scope;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;
use tokio_tungstenite::accept_async;
use tokio_tungstenite::tungstenite::Message;

use super::gateway::{Ear, target, tools};
use super::net::serve;
use crate::address::Address;
use crate::certificate::Pin;
use crate::connector::Tools;
use crate::event::NodeState;
use crate::fingerprint::Fingerprint;
use crate::handle::open_with;
use crate::probe::{Outcome, StepName, probe_route};
use crate::target::{Target, Transport};
use crate::tls::{Behind, Place, TlsTerms, Trust};

pub struct Shown {
    pub chain: Vec<CertificateDer<'static>>,
    pub key: KeyPair,
}

impl Shown {
    pub fn fingerprint(&self) -> Fingerprint {
        Fingerprint::of(&self.chain[0])
    }
}

pub fn leaf(name: &str) -> CertificateParams {
    CertificateParams::new(vec![name.to_owned()]).unwrap()
}

pub fn self_signed(params: CertificateParams) -> Shown {
    let key = KeyPair::generate().unwrap();
    Shown { chain: vec![params.self_signed(&key).unwrap().der().clone()], key }
}

pub fn authority() -> CertifiedIssuer<'static, KeyPair> {
    let mut params = CertificateParams::new(Vec::new()).unwrap();
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap()
}

pub fn signed(params: CertificateParams, by: &CertifiedIssuer<'static, KeyPair>) -> Shown {
    let key = KeyPair::generate().unwrap();
    Shown { chain: vec![params.signed_by(&key, by).unwrap().der().clone()], key }
}

/// A parrot behind TLS.
pub async fn gateway(shown: &Shown) -> Target {
    let _ = Trust::system();
    let key = PrivateKeyDer::Pkcs8(shown.key.serialize_der().into());
    serving(ServerConfig::builder().with_no_client_auth().with_single_cert(shown.chain.clone(), key).unwrap()).await
}

/// A parrot behind TLS of that kind. It speaks HTTP/1.1 with whoever offers a choice.
pub async fn serving(mut config: ServerConfig) -> Target {
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    let acceptor = TlsAcceptor::from(Arc::new(config));
    let plain = serve(move |stream| {
        let acceptor = acceptor.clone();
        async move {
            let Ok(stream) = acceptor.accept(stream).await else {
                return;
            };
            assert_eq!(stream.get_ref().1.alpn_protocol(), Some(b"http/1.1".as_slice()));
            let Ok(mut socket) = accept_async(stream).await else {
                return;
            };
            while let Some(Ok(message)) = socket.next().await {
                if message.to_text().is_ok_and(|text| text.starts_with("i am")) {
                    let _ = socket.send(Message::text("hello")).await;
                }
            }
        }
    })
    .await;
    Target {
        routes: Address::parse(&format!("wss://localhost:{}", plain.routes.first().address.port())).unwrap().into(),
        ..plain
    }
}

/// The state a link with these authorities settles in.
pub async fn state(target: Target, trust: Arc<Trust>) -> NodeState {
    let probe = probe_route(&target, target.routes.first(), &Tools { trust: Some(trust), ..tools() }).await;
    probe.state
}

pub fn pinned(fingerprint: Fingerprint) -> TlsTerms {
    TlsTerms { pins: vec![Pin::everywhere(fingerprint)], ..TlsTerms::default() }
}

pub fn strict() -> Arc<Trust> {
    Arc::new(Trust::with_roots([]))
}

#[track_caller]
pub fn untrusted(state: NodeState) -> (String, Option<String>, String) {
    match state {
        NodeState::Untrusted { fingerprint, pinned, reason, .. } => (fingerprint, pinned, reason),
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn an_unknown_certificate_is_shown_by_its_fingerprint_and_not_trusted() {
    let shown = self_signed(leaf("localhost"));
    let (fingerprint, pinned, reason) = untrusted(state(gateway(&shown).await, strict()).await);
    assert_eq!(fingerprint, shown.fingerprint().to_string());
    assert_eq!(pinned, None);
    assert!(reason.contains("no authority"), "{reason}");
}

#[tokio::test]
async fn a_pinned_certificate_is_trusted() {
    let shown = self_signed(leaf("localhost"));
    let target = Target { tls: pinned(shown.fingerprint()), ..gateway(&shown).await };
    let state = state(target, strict()).await;
    assert!(matches!(state, NodeState::Ready { .. }), "{state:?}");
}

#[tokio::test]
async fn a_changed_certificate_is_an_alarm_that_names_both() {
    let (old, new) = (self_signed(leaf("localhost")), self_signed(leaf("localhost")));
    let target = Target { tls: pinned(old.fingerprint()), ..gateway(&new).await };
    let (fingerprint, pinned, reason) = untrusted(state(target, strict()).await);
    assert_eq!(fingerprint, new.fingerprint().to_string());
    assert_eq!(pinned, Some(old.fingerprint().to_string()));
    assert!(reason.contains("not the one you trusted"), "{reason}");
}

#[tokio::test]
async fn a_certificate_of_a_known_authority_is_trusted_unless_another_is_pinned() {
    let ca = authority();
    let trust = Arc::new(Trust::with_roots([ca.der().clone()]));
    let shown = signed(leaf("localhost"), &ca);
    let good = gateway(&shown).await;
    assert!(matches!(state(good.clone(), trust.clone()).await, NodeState::Ready { .. }));
    let pinned = Target { tls: pinned(Fingerprint::of(b"another")), ..good };
    let (_, _, reason) = untrusted(state(pinned, trust).await);
    assert!(reason.contains("vouched for by an authority"), "{reason}");
}

#[tokio::test]
async fn an_expired_certificate_is_called_expired_with_its_day() {
    let ca = authority();
    let mut params = leaf("localhost");
    (params.not_before, params.not_after) = (date_time_ymd(2020, 1, 1), date_time_ymd(2021, 2, 3));
    for (shown, trust) in [
        (signed(params.clone(), &ca), Arc::new(Trust::with_roots([ca.der().clone()]))),
        (self_signed(params), strict()),
    ] {
        let (_, _, reason) = untrusted(state(gateway(&shown).await, trust).await);
        assert!(reason.contains("expired on 2021-02-03"), "{reason}");
    }
}

#[tokio::test]
async fn a_certificate_for_another_name_is_called_so_with_both_names() {
    let ca = authority();
    for (shown, trust) in [
        (signed(leaf("homelab.example"), &ca), Arc::new(Trust::with_roots([ca.der().clone()]))),
        (self_signed(leaf("homelab.example")), strict()),
    ] {
        let (_, _, reason) = untrusted(state(gateway(&shown).await, trust).await);
        assert!(reason.contains("is for homelab.example, not for localhost"), "{reason}");
    }
}

#[tokio::test]
async fn an_untrusted_link_stays_so_and_connects_once_the_fingerprint_is_pinned() {
    let shown = self_signed(leaf("localhost"));
    let target = gateway(&shown).await;
    let root = Scope::root("test");
    let link = open_with(&root, target.clone(), Ear::new(), tools());
    let mut states = link.states();
    states.wait_for(|state| matches!(state, NodeState::Untrusted { .. })).await.unwrap();
    link.retarget(Target { tls: pinned(shown.fingerprint()), ..target });
    states.wait_for(|state| matches!(state, NodeState::Ready { .. })).await.unwrap();
    link.close().await;
}

#[tokio::test]
async fn the_desk_shows_the_fingerprint_to_be_trusted() {
    let shown = self_signed(leaf("localhost"));
    let target = gateway(&shown).await;
    let probe = probe_route(&target, target.routes.first(), &tools()).await;
    assert_eq!(probe.certificate.map(|shown| shown.fingerprint), Some(shown.fingerprint()));
    let failed = probe.steps.iter().find(|step| step.outcome == Outcome::Failed).unwrap();
    assert_eq!(failed.name, StepName::Encryption);
}

#[tokio::test]
async fn a_server_without_tls_is_told_from_a_bad_certificate() {
    let plain = serve(|mut stream| async move {
        stream.write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n").await.unwrap();
        stream.read_to_end(&mut Vec::new()).await.unwrap();
    })
    .await;
    let address = Address::parse(&format!("wss://localhost:{}", plain.routes.first().address.port())).unwrap();
    let state = state(Target { routes: address.into(), ..plain }, strict()).await;
    assert!(matches!(&state, NodeState::Failed { reason } if reason.contains("does not speak TLS")), "{state:?}");
}

#[tokio::test]
async fn a_server_with_tls_is_told_to_who_came_without() {
    let shown = self_signed(leaf("localhost"));
    let secure = gateway(&shown).await;
    let address = Address::parse(&format!("ws://localhost:{}", secure.routes.first().address.port())).unwrap();
    let state = state(Target { routes: address.into(), ..secure }, strict()).await;
    assert!(matches!(&state, NodeState::Failed { reason } if reason.contains("wss://")), "{state:?}");
}

#[tokio::test(start_paused = true)]
async fn a_server_that_never_answers_the_tls_handshake_is_given_up() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = Address::parse(&format!("wss://localhost:{}", listener.local_addr().unwrap().port())).unwrap();
    let (ours, _theirs) = tokio::io::duplex(1024);
    let place = Place { address: &address, behind: Behind::Net, patience: Duration::ZERO };
    let failure = crate::tls::encrypt(ours, place, &TlsTerms::default(), &strict()).await.unwrap_err();
    assert!(failure.reason().contains("did not answer with TLS"), "{failure:?}");
    let _ = target(Transport::Net);
}
