//! What a person typed for a node, checked field by field; each refusal says what to write instead.

use std::path::Path;

use contract::node::{ClientFiles, FormField, NodeForm, Reach, Vendor};
use contract::{Code, Fault};
use link::sentence;
use link::{Fingerprint, Pin, Route};
use secrecy::SecretString;
use store::StoreError;

use super::{LOCAL, Parts};
use crate::keys::Place;
use crate::table::node::{self as table, Kept, NodeRow};

/// Characters a name may have, so that it fits its card.
const LONGEST_NAME: usize = 60;
/// No way home needs more.
const MOST_ROUTES: usize = 8;

/// A form that can be kept.
pub struct Checked {
    pub name: String,
    pub vendor: Vendor,
    pub route: Route,
    /// `None`: as it was. Its routes are completed and checked.
    pub reach: Option<Reach>,
    pub pin: Option<Fingerprint>,
    /// `None`: as it was.
    pub key: Option<SecretString>,
    pub place: Place,
}

/// Checks a form; whether its name is taken is asked apart, by [`name_is_free`].
///
/// # Errors
/// The first field that is wrong, as a sentence, and which it is.
pub fn check(form: NodeForm) -> Result<Checked, Fault> {
    let route = Route::parse(&form.address).map_err(|error| wrong(FormField::Address, sentence(&error.to_string())))?;
    Ok(Checked {
        name: name(&form.name)?,
        vendor: form.vendor,
        route,
        reach: form.reach.map(reach).transpose()?,
        pin: form.trust.as_deref().map(fingerprint).transpose()?,
        key: form.key.filter(|key| !key.is_empty()).map(|key| SecretString::from(key.into_text())),
        place: if form.session_only { Place::Memory } else { Place::Keyring },
    })
}

/// Checks what a person typed besides the address.
fn reach(typed: Reach) -> Result<Reach, Fault> {
    let mut routes = Vec::new();
    for (number, text) in typed.routes.iter().enumerate().filter(|(_, text)| !text.trim().is_empty()) {
        let field = FormField::Route(number);
        if routes.len() == MOST_ROUTES {
            let message = format!("These are too many routes; {MOST_ROUTES} besides the address are kept.");
            return Err(wrong(field, message));
        }
        let route = Route::parse(text).map_err(|error| {
            wrong(field, format!("Route {} of the further ones: {}", routes.len() + 1, sentence(&error.to_string())))
        })?;
        routes.push(route.to_string());
    }
    let ca_file = typed.ca_file.as_deref().map(|at| file(FormField::CaFile, at)).transpose()?.flatten();
    Ok(Reach { routes, ca_file, client: typed.client.map(client).transpose()?.flatten() })
}

/// Checks the places of a client certificate; none at all is none.
fn client(typed: ClientFiles) -> Result<Option<ClientFiles>, Fault> {
    let certificate = file(FormField::ClientCertificate, &typed.certificate)?;
    let key = file(FormField::ClientKey, &typed.key)?;
    match (certificate, key) {
        (None, None) => Ok(None),
        (None, Some(_)) => {
            let message = "A key needs its certificate: name the file, the same one if it holds both.";
            Err(wrong(FormField::ClientCertificate, message))
        }
        // One file may hold both.
        (Some(certificate), key) => {
            Ok(Some(ClientFiles { key: key.unwrap_or_else(|| certificate.clone()), certificate }))
        }
    }
}

/// The whole place of a file: a window and `pilot` start in different folders. `None` for none.
fn file(field: FormField, typed: &str) -> Result<Option<String>, Fault> {
    let typed = typed.trim();
    match typed {
        "" => Ok(None),
        whole if Path::new(whole).is_absolute() => Ok(Some(whole.to_owned())),
        _ => {
            let message =
                format!("Name the file with its whole path, from the root on; “{typed}” begins in no folder.");
            Err(wrong(field, message))
        }
    }
}

/// A row for a node that no table keeps. Its device identity is made anew, in memory.
pub fn once(checked: &Checked, now: i64) -> NodeRow {
    let at = &checked.route.address;
    NodeRow { name: format!("{}:{}", at.host(), at.port()), device: Kept::Session, ..fresh(checked, now) }
}

/// A row for a new node, without its keys.
pub fn fresh(checked: &Checked, now: i64) -> NodeRow {
    NodeRow {
        id: uuid::Uuid::new_v4().simple().to_string().split_off(20),
        name: checked.name.clone(),
        vendor: checked.vendor,
        address: checked.route.to_string(),
        reach: checked.reach.clone().unwrap_or_default(),
        pins: checked.pin.map(Pin::everywhere).into_iter().collect(),
        place: i64::MAX,
        paused: false,
        key: Kept::None,
        device: Kept::None,
        revision: 1,
        added_at: now,
        removed_at: None,
    }
}

/// Reads a fingerprint.
///
/// # Errors
/// It is none.
pub fn fingerprint(text: &str) -> Result<Fingerprint, Fault> {
    text.parse().map_err(|error: link::FingerprintError| invalid(sentence(&error.to_string())))
}

/// That no other node has the name.
///
/// # Errors
/// One has it, or the database cannot be read.
pub async fn name_is_free(parts: &Parts, wanted: &str, id: &str) -> Result<(), Fault> {
    let name = wanted.to_owned();
    let holder = parts
        .store
        .read(move |db| table::named(db, &name))
        .await
        .map_err(|error: StoreError| crate::calls::of_store(&error))?;
    match holder {
        Some(other) if other != id => {
            Err(wrong(FormField::Name, format!("There is a node named “{wanted}” already. Choose another name.")))
        }
        _ => Ok(()),
    }
}

fn name(text: &str) -> Result<String, Fault> {
    let name = text.trim();
    let problem = if name.is_empty() {
        "The node needs a name; choose any, it is only for you."
    } else if name.eq_ignore_ascii_case(LOCAL) {
        "“local” is the gateway inside this window. Choose another name."
    } else if name.chars().count() > LONGEST_NAME {
        "The name is too long; 60 characters fit."
    } else if name.contains(|c: char| c.is_control()) {
        "The name holds an invisible character; leave it out."
    } else {
        return Ok(name.to_owned());
    };
    Err(wrong(FormField::Name, problem))
}

fn wrong(field: FormField, message: impl Into<String>) -> Fault {
    Fault { details: Some(field.told()), ..invalid(message) }
}

fn invalid(message: impl Into<String>) -> Fault {
    Fault::new(Code::Invalid, message)
}
