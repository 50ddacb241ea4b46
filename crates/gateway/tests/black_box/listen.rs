//! Open ports: who may, with what, and what a wrong caller is told.

use std::sync::Arc;

use gateway::{Listen, ListenError, Tls};
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use secrecy::SecretString;
use serde_json::{Value, json};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::http::{HeaderValue, StatusCode};
use tokio_tungstenite::tungstenite::{self, Error};

use crate::house::{Client, House, connect_params};

const TOKEN: &str = "mk_0123456789abcdef";

fn listen(addr: &str) -> Listen {
    Listen { addr: addr.parse().unwrap(), token: SecretString::from(TOKEN), tls: None }
}

async fn dial(url: &str, header: Option<(&'static str, &str)>) -> Result<Client<TcpStream>, tungstenite::Error> {
    let mut request = url.into_client_request()?;
    let address = request.uri().authority().unwrap().as_str().to_owned();
    if let Some((name, value)) = header {
        request.headers_mut().insert(name, HeaderValue::from_str(value).unwrap());
    }
    let stream = TcpStream::connect(address).await?;
    Ok(Client::over(tokio_tungstenite::client_async(request, stream).await?.0))
}

fn with_auth(auth: Value) -> Value {
    let mut params = connect_params();
    params["auth"] = auth;
    params
}

#[tokio::test]
async fn a_token_opens_in_all_three_places_and_nothing_else_does() {
    let house = House::new().await;
    let port = house.gateway.listen(listen("127.0.0.1:0")).await.unwrap();
    assert!(port.url.starts_with("ws://127.0.0.1:") && port.fingerprint.is_none());
    for auth in [json!({"api_key": TOKEN}), json!({"token": TOKEN})] {
        let mut client = dial(&port.url, None).await.unwrap();
        assert_eq!(client.ok("connect", with_auth(auth)).await["server"]["product"], "pilothouse");
    }
    let mut client = dial(&port.url, Some(("authorization", &format!("Bearer {TOKEN}")))).await.unwrap();
    client.ok("connect", connect_params()).await;

    for auth in [json!({}), json!({"api_key": "wrong"}), json!({"apiKey": TOKEN}), json!({"password": TOKEN})] {
        let mut client = dial(&port.url, None).await.unwrap();
        let error = client.refused("connect", with_auth(auth)).await;
        assert_eq!((&error["code"], &error["message"]), (&json!("UNAUTHORIZED"), &json!("authentication failed")));
        assert_eq!(client.closed().await.0, 1008);
    }
}

#[tokio::test]
async fn a_page_of_somebody_else_is_refused() {
    let house = House::new().await;
    let port = house.gateway.listen(listen("127.0.0.1:0")).await.unwrap();
    for origin in ["https://evil.example", "tauri://localhost", "null"] {
        match dial(&port.url, Some(("origin", origin))).await {
            Err(Error::Http(response)) => assert_eq!(response.status(), StatusCode::FORBIDDEN),
            other => panic!("{origin}: {:?}", other.map(|_| "connected")),
        }
    }
    assert!(dial(&port.url, Some(("origin", &format!("http://{}", port.addr)))).await.is_ok());
}

#[tokio::test]
async fn a_browser_and_a_probe_get_something_to_read() {
    let house = House::new().await;
    let port = house.gateway.listen(listen("127.0.0.1:0")).await.unwrap();
    let health: Value = reqwest::get(format!("http://{}/health", port.addr)).await.unwrap().json().await.unwrap();
    assert_eq!(
        (&health["status"], &health["protocol"], &health["product"]),
        (&json!("ok"), &json!(4), &json!("pilothouse"))
    );
    let page = reqwest::get(format!("http://{}/ws", port.addr)).await.unwrap();
    assert_eq!(page.status().as_u16(), 426);
    assert!(page.text().await.unwrap().contains("WebSocket"));
}

#[tokio::test]
async fn other_machines_are_reached_over_tls_only_and_never_without_a_token() {
    let house = House::new().await;
    let refused = house.gateway.listen(listen("0.0.0.0:0")).await.unwrap_err();
    assert!(matches!(refused, ListenError::NeedsTls { .. }));
    assert!(refused.to_string().contains("SSH tunnel"), "{refused}");
    let guessable = Listen { token: SecretString::from("short"), ..listen("127.0.0.1:0") };
    assert!(matches!(house.gateway.listen(guessable).await, Err(ListenError::NeedsToken { .. })));
    let taken = house.gateway.listen(listen("127.0.0.1:0")).await.unwrap();
    let again = house.gateway.listen(Listen { addr: taken.addr, ..listen("127.0.0.1:0") }).await;
    assert!(matches!(again, Err(ListenError::Address { .. })));
}

#[tokio::test]
async fn our_own_certificate_keeps_its_fingerprint() {
    let house = House::new().await;
    let secured = || Listen { tls: Some(Tls::SelfSigned), ..listen("127.0.0.1:0") };
    let first = house.gateway.listen(secured()).await.unwrap();
    let fingerprint = first.fingerprint.clone().unwrap();
    assert!(first.url.starts_with("wss://") && fingerprint.len() == "sha256:".len() + 64);
    let client = reqwest::Client::builder().danger_accept_invalid_certs(true).build().unwrap();
    let health: Value =
        client.get(format!("https://{}/health", first.addr)).send().await.unwrap().json().await.unwrap();
    assert_eq!(health["status"], "ok");
    let house = house.restarted().await;
    let second = house.gateway.listen(secured()).await.unwrap();
    assert_eq!(second.fingerprint, Some(fingerprint));
    let key = house.folder.path().join("tls/key.pem").metadata().unwrap();
    assert_eq!(std::os::unix::fs::PermissionsExt::mode(&key.permissions()) & 0o777, 0o600);
    let missing = Tls::Files { cert: "/no/such.pem".into(), key: "/no/such.pem".into() };
    assert!(house.gateway.listen(Listen { tls: Some(missing), ..listen("127.0.0.1:0") }).await.is_err());
}

#[tokio::test]
async fn a_closed_port_takes_nobody() {
    let house = House::new().await;
    let port = house.gateway.listen(listen("127.0.0.1:0")).await.unwrap();
    port.close();
    for _ in 0..500 {
        if TcpStream::connect(port.addr).await.is_err() {
            return;
        }
        tokio::time::sleep(std::time::Duration::from_millis(10)).await;
    }
    panic!("the port is still open");
}

#[tokio::test]
async fn a_client_that_trusts_our_certificate_talks_over_tls() {
    let house = House::new().await;
    let port = house.gateway.listen(Listen { tls: Some(Tls::SelfSigned), ..listen("127.0.0.1:0") }).await.unwrap();
    let mut trusted = rustls::RootCertStore::empty();
    let file = house.folder.path().join("tls/cert.pem");
    trusted.add(CertificateDer::from_pem_file(file).unwrap()).unwrap();
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let config = rustls::ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(trusted)
        .with_no_client_auth();
    let stream = TcpStream::connect(port.addr).await.unwrap();
    let name = "127.0.0.1".try_into().unwrap();
    let stream = TlsConnector::from(Arc::new(config)).connect(name, stream).await.unwrap();
    let mut client = Client::open(stream).await;
    client.ok("connect", with_auth(json!({"api_key": TOKEN}))).await;
    client.ok("subscribe", json!({"events": ["chat"]})).await;
    client.ok("chat.send", json!({"text": "hi"})).await;
    client.chat("final").await;
}
