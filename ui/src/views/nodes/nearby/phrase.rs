//! What was found, in words. Pure.

use contract::node::{Import, ImportKey, Nearby, Vendor};

use crate::text::words;

/// Who it is.
pub fn product(found: &Nearby) -> String {
    let product = match found.vendor {
        Vendor::Auto => "a gateway",
        vendor => words::vendor(vendor),
    };
    match &found.version {
        Some(version) => format!("{product} {version}"),
        None => product.to_owned(),
    }
}

/// How it was found, as one sentence.
pub fn how(found: &Nearby) -> String {
    let said = found.how.join("; ");
    let mut letters = said.chars();
    match letters.next() {
        Some(first) => format!("{}{}.", first.to_uppercase(), letters.as_str()),
        None => String::new(),
    }
}

/// What comes with an import, from where and where to.
pub fn offer(import: &Import) -> String {
    let file = &import.file;
    let key = match &import.key {
        ImportKey::There => format!("Import copies the key that stands in `{file}` into the system's keyring."),
        ImportKey::None => format!("Import takes it from `{file}`; no key stands there."),
        ImportKey::Elsewhere(why) => format!("Import takes it from `{file}`, without its key: {why}"),
    };
    match &import.fingerprint {
        Some(print) => format!("{key} The certificate trusted there, {print}, is trusted here too."),
        None => key,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn import(key: ImportKey) -> Import {
        Import { id: "1".into(), file: "/home/me/.x.json".into(), key, fingerprint: None }
    }

    #[test]
    fn an_offer_names_its_file_and_whether_the_key_comes_along() {
        assert!(offer(&import(ImportKey::There)).contains("the key that stands in `/home/me/.x.json`"));
        assert!(offer(&import(ImportKey::None)).ends_with("no key stands there."));
        assert!(
            offer(&import(ImportKey::Elsewhere("It is in a vault.".into())))
                .ends_with("without its key: It is in a vault.")
        );
        let trusted = Import { fingerprint: Some("sha256:00".into()), ..import(ImportKey::None) };
        assert!(offer(&trusted).contains("sha256:00"));
    }

    #[test]
    fn how_it_was_found_is_a_sentence() {
        let found = Nearby {
            name: "a".into(),
            address: "wss://x".into(),
            vendor: Vendor::Openclaw,
            version: Some("2026.9".into()),
            how: vec!["it listens on this computer".into(), "in the configuration /x".into()],
            kept_as: None,
            import: None,
        };
        assert_eq!(how(&found), "It listens on this computer; in the configuration /x.");
        assert_eq!(product(&found), "OpenClaw 2026.9");
        assert_eq!(product(&Nearby { vendor: Vendor::Auto, version: None, ..found }), "a gateway");
    }
}
