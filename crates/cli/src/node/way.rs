//! From the words on a command line to how a node is reached.

use contract::node::{ClientFiles, Reach};
use link::{Route, SshHost};

use crate::args::Way;
use crate::run::Misused;

/// Takes away what was set.
pub const NONE: &str = "none";

/// The address, through SSH where that was asked for.
pub fn address(url: &str, way: &Way) -> anyhow::Result<String> {
    let Some(ssh) = &way.ssh else {
        return Ok(url.to_owned());
    };
    if url.trim().to_ascii_lowercase().starts_with("ssh://") {
        return Err(Misused("The address goes through SSH already; leave out --ssh".to_owned()).into());
    }
    let sentence = |error: link::RouteError| Misused(link::sentence(&error.to_string()));
    let host = SshHost::parse(ssh).map_err(sentence)?;
    Ok(Route::behind(host, url).map_err(sentence)?.to_string())
}

/// What there is to reaching the node besides, over what is kept; `None` when nothing of it was named.
pub fn reach(way: &Way, kept: Option<&Reach>) -> anyhow::Result<Option<Reach>> {
    if way.routes.is_empty() && way.ca.is_none() && way.client_cert.is_none() {
        return Ok(None);
    }
    let mut reach = kept.cloned().unwrap_or_default();
    if !way.routes.is_empty() {
        reach.routes = way.routes.iter().filter(|route| *route != NONE).cloned().collect();
    }
    if let Some(file) = &way.ca {
        reach.ca_file = if file == NONE { None } else { Some(absolute(file)?) };
    }
    match (way.client_cert.as_deref(), &way.client_key) {
        (None, _) => {}
        (Some(NONE), _) => reach.client = None,
        (Some(certificate), key) => {
            // One file may hold both.
            let key = absolute(key.as_deref().unwrap_or(certificate))?;
            reach.client = Some(ClientFiles { certificate: absolute(certificate)?, key });
        }
    }
    Ok(Some(reach))
}

/// The window starts elsewhere, so a place is kept whole.
pub fn absolute(file: &str) -> anyhow::Result<String> {
    Ok(std::path::absolute(file)?.display().to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ssh_stands_before_the_address() {
        let way = Way { ssh: Some("me@homelab".to_owned()), ..Way::default() };
        assert_eq!(address("18789", &way).unwrap(), "ssh://me@homelab/127.0.0.1:18789");
        assert_eq!(address("ws://127.0.0.1:1", &way).unwrap(), "ssh://me@homelab/127.0.0.1:1");
        assert!(address("ssh://other/1", &way).unwrap_err().is::<Misused>());
        assert!(address("ws://10.0.0.1:1", &way).unwrap_err().is::<Misused>());
        assert_eq!(address("wss://x:1", &Way::default()).unwrap(), "wss://x:1");
    }

    #[test]
    fn what_is_not_named_stays_and_none_takes_away() {
        let kept = Reach { routes: vec!["wss://a:1".to_owned()], ca_file: Some("/ca".to_owned()), client: None };
        assert_eq!(reach(&Way::default(), Some(&kept)).unwrap(), None);
        let other = Way { routes: vec!["wss://b:1".to_owned()], ..Way::default() };
        let changed = reach(&other, Some(&kept)).unwrap().unwrap();
        assert_eq!((changed.routes, changed.ca_file), (vec!["wss://b:1".to_owned()], Some("/ca".to_owned())));
        let gone = Way { routes: vec!["none".to_owned()], ca: Some("none".to_owned()), ..Way::default() };
        assert_eq!(reach(&gone, Some(&kept)).unwrap(), Some(Reach::default()));
    }

    #[test]
    fn a_file_is_kept_with_its_whole_place_and_may_hold_certificate_and_key() {
        let way = Way { client_cert: Some("me.pem".to_owned()), ..Way::default() };
        let client = reach(&way, None).unwrap().unwrap().client.unwrap();
        assert!(std::path::Path::new(&client.key).is_absolute());
        assert_eq!(client.key, client.certificate);
    }
}
