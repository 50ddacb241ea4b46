//! The keyring's moods, on a vault that can hang and on the system's own.

use std::sync::mpsc;

use secrecy::ExposeSecret;

use super::*;

/// A vault in memory whose accesses wait until they are let through, and that can be absent.
#[derive(Default)]
pub(crate) struct Slow {
    gate: Mutex<Option<mpsc::Receiver<()>>>,
    kept: Mutex<HashMap<String, SecretString>>,
    pub absent: Mutex<bool>,
}

impl Slow {
    fn behind_a_gate() -> (Arc<Slow>, mpsc::SyncSender<()>) {
        let (open, gate) = mpsc::sync_channel(1);
        let slow = Slow { gate: Mutex::new(Some(gate)), ..Slow::default() };
        (Arc::new(slow), open)
    }

    /// All that is kept.
    pub fn secrets(&self) -> Vec<String> {
        self.kept.lock().values().map(|secret| secret.expose_secret().to_owned()).collect()
    }

    fn wait(&self) -> Result<(), VaultError> {
        if *self.absent.lock() {
            return Err(VaultError::Absent);
        }
        if let Some(gate) = self.gate.lock().take() {
            // An error means the other end is gone: go on.
            let _ = gate.recv();
        }
        Ok(())
    }
}

impl Vault for Slow {
    fn set(&self, account: &str, secret: &SecretString) -> Result<(), VaultError> {
        self.wait()?;
        self.kept.lock().insert(account.to_owned(), secret.clone());
        Ok(())
    }

    fn get(&self, account: &str) -> Result<Option<SecretString>, VaultError> {
        self.wait()?;
        Ok(self.kept.lock().get(account).cloned())
    }

    fn delete(&self, account: &str) -> Result<(), VaultError> {
        self.kept.lock().remove(account);
        Ok(())
    }
}

fn key(text: &str) -> SecretString {
    SecretString::from(text.to_owned())
}

#[tokio::test]
async fn a_kept_key_is_read_again_and_forgotten_with_its_node() {
    let scope = Scope::root("test");
    let keys = Keys::with(&scope, Arc::new(Slow::default()));
    keys.keep("a", Slot::Key, Place::Keyring, &key("one")).await.unwrap();
    keys.keep("a", Slot::Device, Place::Keyring, &key("two")).await.unwrap();
    assert_eq!(keys.read("a", Slot::Key).await.unwrap().unwrap().expose_secret(), "one");
    assert_eq!(keys.read("a", Slot::Device).await.unwrap().unwrap().expose_secret(), "two");
    assert!(keys.read("b", Slot::Key).await.unwrap().is_none());
    keys.forget("a", &Slot::NODE).await.unwrap();
    assert!(keys.read("a", Slot::Key).await.unwrap().is_none());
}

#[tokio::test]
async fn a_session_key_never_reaches_the_keyring() {
    let vault = Arc::new(Slow::default());
    let scope = Scope::root("test");
    let keys = Keys::with(&scope, vault.clone());
    keys.keep("a", Slot::Key, Place::Memory, &key("one")).await.unwrap();
    assert_eq!(keys.read("a", Slot::Key).await.unwrap().unwrap().expose_secret(), "one");
    assert!(vault.kept.lock().is_empty());
}

#[tokio::test(start_paused = true)]
async fn a_hanging_keyring_is_given_up_after_its_deadline_and_what_it_kept_late_is_undone() {
    let (vault, open) = Slow::behind_a_gate();
    let scope = Scope::root("test");
    let keys = Keys::with(&scope, vault.clone());
    let (one, over) = (key("one"), DEADLINE + Duration::from_secs(1));
    let kept = keys.keep("a", Slot::Key, Place::Keyring, &one);
    let (kept, ()) = tokio::join!(biased; kept, tokio::time::advance(over));
    assert_eq!(kept, Err(KeyFault::Silent));
    // Those that wait behind it hear the same, and no second thread hangs.
    let (read, ()) = tokio::join!(biased; keys.read("b", Slot::Key), tokio::time::advance(over));
    assert!(matches!(read, Err(KeyFault::Silent)));
    assert_eq!(scope.status().len(), 1);
    open.send(()).unwrap();
    keys.free().await;
    assert!(vault.kept.lock().is_empty(), "the caller was told that nothing was kept");
}

#[tokio::test]
async fn no_debug_output_shows_a_key() {
    let scope = Scope::root("test");
    let keys = Keys::with(&scope, Arc::new(Slow::default()));
    keys.keep("a", Slot::Key, Place::Memory, &key("hidden-canary")).await.unwrap();
    let shown = format!("{keys:?} {:?}", keys.read("a", Slot::Key).await);
    assert!(!shown.contains("hidden-canary"));
}

/// Runs on the real keyring where the test rig started one.
#[tokio::test]
async fn the_real_keyring_keeps_reads_and_deletes_or_says_that_it_is_absent() {
    let rig = std::env::var_os("PILOTHOUSE_TEST_KEYRING").is_some();
    let bus = std::env::var_os("DBUS_SESSION_BUS_ADDRESS").is_some();
    let scope = Scope::root("test");
    let keys = Keys::system(&scope);
    let node = format!("test-{}", std::process::id());
    if rig && bus {
        keys.keep(&node, Slot::Key, Place::Keyring, &key("one")).await.unwrap();
        assert_eq!(keys.read(&node, Slot::Key).await.unwrap().unwrap().expose_secret(), "one");
        keys.keep(&node, Slot::Key, Place::Keyring, &key("two")).await.unwrap();
        assert_eq!(keys.read(&node, Slot::Key).await.unwrap().unwrap().expose_secret(), "two");
        keys.forget(&node, &Slot::NODE).await.unwrap();
        assert!(keys.read(&node, Slot::Key).await.unwrap().is_none());
    } else if !bus {
        let fault = keys.keep(&node, Slot::Key, Place::Keyring, &key("one")).await.unwrap_err();
        assert_eq!(fault, KeyFault::Absent);
        assert!(contract::Fault::from(fault).message.contains("this session only"));
    }
}
