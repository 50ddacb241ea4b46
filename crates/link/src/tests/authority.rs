//! Authorities of the person's own choice, our own certificate, and what is told of a certificate: over real TLS.

use std::path::PathBuf;
use std::sync::Arc;

use rcgen::{CertifiedIssuer, KeyPair};
use rustls::ServerConfig;
use rustls::pki_types::PrivateKeyDer;
use rustls::server::WebPkiClientVerifier;
use tempfile::TempDir;

use super::gateway::tools;
use super::trust::{Shown, authority, gateway, leaf, pinned, self_signed, serving, signed, state, strict, untrusted};
use crate::certificate::{Certificate, Pin};
use crate::connector::Tools;
use crate::event::NodeState;
use crate::fingerprint::Fingerprint;
use crate::look::{authorities_in, shown_with};
use crate::target::Target;
use crate::tls::{ClientFiles, TlsTerms, Trust};

type Authority = CertifiedIssuer<'static, KeyPair>;

fn is_ready(state: &NodeState) -> bool {
    matches!(state, NodeState::Ready { .. })
}

fn keep(folder: &TempDir, name: &str, text: &str) -> PathBuf {
    let file = folder.path().join(name);
    std::fs::write(&file, text).unwrap();
    file
}

fn mode(file: &PathBuf, mode: u32) {
    use std::os::unix::fs::PermissionsExt;
    std::fs::set_permissions(file, std::fs::Permissions::from_mode(mode)).unwrap();
}

/// A certificate of the authority, sent together with the authority's own.
fn in_chain(ca: &Authority) -> Shown {
    let mut shown = signed(leaf("localhost"), ca);
    shown.chain.push(ca.der().clone());
    shown
}

#[tokio::test]
async fn an_authority_from_a_file_vouches_for_its_gateways_and_for_no_other_name() {
    let (ca, folder) = (authority(), TempDir::new().unwrap());
    let authorities = vec![keep(&folder, "ca.pem", &ca.pem())];
    let terms = TlsTerms { authorities, ..TlsTerms::default() };
    let good = Target { tls: terms.clone(), ..gateway(&signed(leaf("localhost"), &ca)).await };
    assert!(is_ready(&state(good, strict()).await));
    let elsewhere = Target { tls: terms.clone(), ..gateway(&signed(leaf("other.example"), &ca)).await };
    let (_, _, reason) = untrusted(state(elsewhere, strict()).await);
    assert!(reason.contains("is for other.example, not for localhost"), "{reason}");
    let stranger = Target { tls: terms, ..gateway(&self_signed(leaf("localhost"))).await };
    untrusted(state(stranger, strict()).await);
}

#[tokio::test]
async fn a_gateways_own_certificate_may_stand_in_the_file_of_authorities() {
    let (shown, folder) = (self_signed(leaf("localhost")), TempDir::new().unwrap());
    let pem = rustls_pem(&shown);
    let terms = TlsTerms { authorities: vec![keep(&folder, "server.pem", &pem)], ..TlsTerms::default() };
    assert!(is_ready(&state(Target { tls: terms, ..gateway(&shown).await }, strict()).await));
}

fn rustls_pem(shown: &Shown) -> String {
    use base64::Engine;
    let body = base64::engine::general_purpose::STANDARD.encode(&shown.chain[0]);
    format!("-----BEGIN CERTIFICATE-----\n{body}\n-----END CERTIFICATE-----\n")
}

#[tokio::test]
async fn a_renewed_certificate_by_a_trusted_authority_asks_nothing() {
    let ca = authority();
    let trusted = pinned(Fingerprint::of(ca.der()));
    for _renewal in 0..2 {
        let target = Target { tls: trusted.clone(), ..gateway(&in_chain(&ca)).await };
        assert!(is_ready(&state(target, strict()).await));
    }
    // Another authority of the same name is another authority.
    let target = Target { tls: trusted, ..gateway(&in_chain(&authority())).await };
    untrusted(state(target, strict()).await);
}

#[tokio::test]
async fn an_alarm_shows_what_is_known_of_both_and_the_authority_that_came_along() {
    let (ca, old) = (authority(), self_signed(leaf("localhost")));
    let new = in_chain(&ca);
    let target = gateway(&new).await;
    let place = target.routes.first().address.place();
    let about = Some(Certificate::of(&old.chain[0]));
    let pin = Pin { at: Some(place), since: Some(1), about, ..Pin::everywhere(old.fingerprint()) };
    let tls = TlsTerms { pins: vec![pin.clone()], ..TlsTerms::default() };
    let state = state(Target { tls, ..target }, strict()).await;
    let NodeState::Untrusted { certificate, authority, trusted, .. } = &state else { panic!("{state:?}") };
    assert_eq!(certificate.as_ref().unwrap().names, ["localhost"]);
    assert_eq!(authority.as_ref().unwrap().fingerprint, Fingerprint::of(ca.der()));
    assert_eq!(**trusted.as_ref().unwrap(), pin);
}

#[tokio::test]
async fn a_certificate_pinned_at_one_route_does_not_stand_against_a_vouched_one_at_another() {
    let ca = authority();
    let trust = Arc::new(Trust::with_roots([ca.der().clone()]));
    let target = gateway(&signed(leaf("localhost"), &ca)).await;
    let pin = Pin { at: Some("homelab.lan:18789".to_owned()), ..Pin::everywhere(Fingerprint::of(b"another")) };
    let tls = TlsTerms { pins: vec![pin], ..TlsTerms::default() };
    assert!(is_ready(&state(Target { tls, ..target }, trust).await));
}

#[tokio::test]
async fn a_look_shows_the_certificate_without_trusting_it() {
    let shown = in_chain(&authority());
    let target = gateway(&shown).await;
    let tools = Tools { trust: Some(strict()), ..tools() };
    let seen = shown_with(&target, &tools).await.remove(0);
    assert_eq!(seen.certificate.fingerprint, shown.fingerprint());
    assert_eq!(seen.authority.unwrap().fingerprint, Fingerprint::of(&shown.chain[1]));
}

#[tokio::test]
async fn a_file_without_certificates_is_told() {
    let folder = TempDir::new().unwrap();
    let junk = keep(&folder, "junk.pem", "no pem");
    assert!(authorities_in(&junk).await.unwrap_err().contains("holds no certificate"));
    assert!(authorities_in(&folder.path().join("absent")).await.unwrap_err().contains("cannot be read"));
    let ca = authority();
    let held = authorities_in(&keep(&folder, "ca.pem", &ca.pem())).await.unwrap();
    assert_eq!(held[0].fingerprint, Fingerprint::of(ca.der()));
}

/// A gateway that lets in whoever shows a certificate by `clients`.
async fn guarded(shown: &Shown, clients: &Authority) -> Target {
    let _ = Trust::system();
    let mut roots = rustls::RootCertStore::empty();
    roots.add(clients.der().clone()).unwrap();
    let verifier = WebPkiClientVerifier::builder(Arc::new(roots)).build().unwrap();
    let key = PrivateKeyDer::Pkcs8(shown.key.serialize_der().into());
    let config = ServerConfig::builder().with_client_cert_verifier(verifier);
    serving(config.with_single_cert(shown.chain.clone(), key).unwrap()).await
}

fn reason(state: &NodeState) -> &str {
    match state {
        NodeState::Failed { reason } => reason,
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn our_own_certificate_opens_a_gateway_that_asks_for_one() {
    let (clients, folder, shown) = (authority(), TempDir::new().unwrap(), self_signed(leaf("localhost")));
    let target = Target { tls: pinned(shown.fingerprint()), ..guarded(&shown, &clients).await };
    let refused = state(target.clone(), strict()).await;
    assert!(reason(&refused).contains("wants a client certificate"), "{refused:?}");

    let ours = signed(leaf("me"), &clients);
    let certificate = keep(&folder, "me.pem", &rustls_pem(&ours));
    let key = keep(&folder, "me.key", &ours.key.serialize_pem());
    let client = Some(ClientFiles { certificate, key: key.clone() });
    let target = Target { tls: TlsTerms { client, ..target.tls.clone() }, ..target };
    mode(&key, 0o644);
    let open = state(target.clone(), strict()).await;
    assert!(reason(&open).contains("can be read by others") && reason(&open).contains("chmod 600"), "{open:?}");
    mode(&key, 0o600);
    assert!(is_ready(&state(target.clone(), strict()).await));

    let locked = "-----BEGIN ENCRYPTED PRIVATE KEY-----\nAAAA\n-----END ENCRYPTED PRIVATE KEY-----\n";
    std::fs::write(&key, locked).unwrap();
    let locked = state(target, strict()).await;
    assert!(reason(&locked).contains("passphrase"), "{locked:?}");
}

#[tokio::test]
async fn a_client_certificate_by_another_authority_is_refused_with_a_word_about_that() {
    let (clients, folder, shown) = (authority(), TempDir::new().unwrap(), self_signed(leaf("localhost")));
    let stranger = self_signed(leaf("me"));
    let key = keep(&folder, "me.key", &stranger.key.serialize_pem());
    mode(&key, 0o600);
    let client = Some(ClientFiles { certificate: keep(&folder, "me.pem", &rustls_pem(&stranger)), key });
    let tls = TlsTerms { client, ..pinned(shown.fingerprint()) };
    let state = state(Target { tls, ..guarded(&shown, &clients).await }, strict()).await;
    assert!(reason(&state).contains("does not accept our client certificate"), "{state:?}");
}
