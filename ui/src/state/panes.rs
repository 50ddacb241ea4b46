//! The split window as data: a tree of tiles, what each pane shows, which has the focus.
//! Every act on it is a method here; places and sizes are shares of the whole, 0 to 1.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// A pane of this window. Never used twice, so that a view of a closed pane cannot come back as another.
pub type PaneId = u32;

/// What a pane shows. Nothing chosen: an invitation to choose.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PaneState {
    pub node: Option<String>,
    pub agent: Option<String>,
    /// `None` with an agent: its session is still being made.
    pub session: Option<String>,
}

/// Which way a tile is cut.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Cut {
    /// Two beside each other.
    Right,
    /// Two above each other.
    Down,
}

/// Where to look for a neighbour.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Toward {
    Left,
    Right,
    Up,
    Down,
}

/// A tile: a pane, or two tiles with a divider.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Tile {
    Pane(PaneId),
    Cut { cut: Cut, share: f64, first: Box<Tile>, second: Box<Tile> },
}

/// A place in shares of the whole.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Place {
    pub x: f64,
    pub y: f64,
    pub w: f64,
    pub h: f64,
}

/// A divider: which one (the way to it through the tree, `a` first, `b` second), how it
/// cuts, the place it cuts and at which share.
#[derive(Debug, Clone, PartialEq)]
pub struct Divider {
    pub path: String,
    pub cut: Cut,
    pub share: f64,
    pub within: Place,
}

/// All tiles of a window.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Panes {
    root: Tile,
    shown: BTreeMap<PaneId, PaneState>,
    focus: PaneId,
    next: PaneId,
}

/// A tile is never narrower than this share of its parent.
const LEAST: f64 = 0.12;
const WHOLE: Place = Place { x: 0.0, y: 0.0, w: 1.0, h: 1.0 };

impl Default for Panes {
    /// Two panes side by side, both empty.
    fn default() -> Self {
        Self {
            root: Tile::Cut {
                cut: Cut::Right,
                share: 0.5,
                first: Box::new(Tile::Pane(1)),
                second: Box::new(Tile::Pane(2)),
            },
            shown: BTreeMap::from([(1, PaneState::default()), (2, PaneState::default())]),
            focus: 1,
            next: 3,
        }
    }
}

impl Panes {
    pub fn get(&self, id: PaneId) -> Option<&PaneState> {
        self.shown.get(&id)
    }

    pub fn focus(&self) -> PaneId {
        self.focus
    }

    /// What every pane shows.
    pub fn all(&self) -> impl Iterator<Item = (PaneId, &PaneState)> {
        self.shown.iter().map(|(id, state)| (*id, state))
    }

    /// The pane that shows this session, if one does.
    pub fn showing(&self, node: &str, session: &str) -> Option<PaneId> {
        let shows =
            |state: &PaneState| state.node.as_deref() == Some(node) && state.session.as_deref() == Some(session);
        self.all().find(|(_, state)| shows(state)).map(|(id, _)| id)
    }

    /// A pane that shows nothing yet, the focused one first.
    pub fn empty(&self) -> Option<PaneId> {
        let empty = |id: &PaneId| self.get(*id).is_some_and(|state| state.node.is_none());
        Some(self.focus).filter(empty).or_else(|| self.shown.keys().copied().find(empty))
    }

    /// Lets a pane show something else.
    pub fn show(&mut self, id: PaneId, state: PaneState) {
        if let Some(known) = self.shown.get_mut(&id) {
            *known = state;
        }
    }

    /// Gives a pane the focus.
    pub fn focus_on(&mut self, id: PaneId) {
        if self.shown.contains_key(&id) {
            self.focus = id;
        }
    }

    /// Cuts a pane in two; the new one is empty and gets the focus. Answers its id.
    pub fn split(&mut self, id: PaneId, cut: Cut) -> PaneId {
        let new = self.next;
        let Some(tile) = self.root.find(id) else {
            return self.focus;
        };
        *tile = Tile::Cut { cut, share: 0.5, first: Box::new(Tile::Pane(id)), second: Box::new(Tile::Pane(new)) };
        self.next += 1;
        self.shown.insert(new, PaneState::default());
        self.focus = new;
        new
    }

    /// Takes a pane away; its neighbour gets the room and the focus. The last one is emptied instead.
    pub fn close(&mut self, id: PaneId) {
        if self.shown.len() < 2 {
            self.show(id, PaneState::default());
            return;
        }
        let heir = self.root.without(id);
        self.shown.remove(&id);
        if self.focus == id
            && let Some(heir) = heir.or_else(|| self.shown.keys().next().copied())
        {
            self.focus = heir;
        }
    }

    /// Moves the focus to the nearest pane that way, if there is one.
    pub fn focus_toward(&mut self, toward: Toward) {
        let places = self.places();
        let Some((_, from)) = places.iter().find(|(id, _)| *id == self.focus) else {
            return;
        };
        let nearest = places
            .iter()
            .filter(|(id, to)| *id != self.focus && toward.leads(from, to))
            .min_by(|(_, a), (_, b)| toward.distance(from, a).total_cmp(&toward.distance(from, b)));
        if let Some((id, _)) = nearest {
            self.focus = *id;
        }
    }

    /// Moves a divider to a share of the place it cuts.
    pub fn resize(&mut self, path: &str, share: f64) {
        if let Some(Tile::Cut { share: known, .. }) = self.root.at(path) {
            *known = share.clamp(LEAST, 1.0 - LEAST);
        }
    }

    /// Every pane with its place.
    pub fn places(&self) -> Vec<(PaneId, Place)> {
        let mut places = Vec::new();
        self.root.walk(WHOLE, "", &mut |id, place| places.push((id, place)), &mut |_| ());
        places
    }

    /// Every divider.
    pub fn dividers(&self) -> Vec<Divider> {
        let mut dividers = Vec::new();
        self.root.walk(WHOLE, "", &mut |_, _| (), &mut |divider| dividers.push(divider));
        dividers
    }

    /// Whether a layout that was read back holds together: each tile a pane, each pane a tile, once.
    pub fn sound(&self) -> bool {
        let mut tiles: Vec<PaneId> = self.places().into_iter().map(|(id, _)| id).collect();
        tiles.sort_unstable();
        let within = |share: f64| (LEAST..=1.0 - LEAST).contains(&share);
        tiles.iter().eq(self.shown.keys())
            && self.shown.contains_key(&self.focus)
            && tiles.iter().all(|id| *id < self.next)
            && self.dividers().iter().all(|divider| within(divider.share))
    }
}

impl Tile {
    fn find(&mut self, id: PaneId) -> Option<&mut Self> {
        match self {
            Self::Pane(known) if *known == id => Some(self),
            Self::Pane(_) => None,
            Self::Cut { first, second, .. } => match first.find(id) {
                Some(tile) => Some(tile),
                None => second.find(id),
            },
        }
    }

    fn at(&mut self, path: &str) -> Option<&mut Self> {
        path.chars().try_fold(self, |tile, step| match tile {
            Self::Pane(_) => None,
            Self::Cut { first, second, .. } => Some(if step == 'a' { &mut **first } else { &mut **second }),
        })
    }

    /// Takes a pane out; answers the pane that now stands in its place.
    fn without(&mut self, id: PaneId) -> Option<PaneId> {
        let Self::Cut { first, second, .. } = self else {
            return None;
        };
        let left = match (first.as_ref(), second.as_ref()) {
            (Self::Pane(known), _) if *known == id => second.clone(),
            (_, Self::Pane(known)) if *known == id => first.clone(),
            _ => return first.without(id).or_else(|| second.without(id)),
        };
        *self = *left;
        Some(self.nearest())
    }

    fn nearest(&self) -> PaneId {
        match self {
            Self::Pane(id) => *id,
            Self::Cut { first, .. } => first.nearest(),
        }
    }

    fn walk(
        &self,
        place: Place,
        path: &str,
        on_pane: &mut impl FnMut(PaneId, Place),
        on_divider: &mut impl FnMut(Divider),
    ) {
        match self {
            Self::Pane(id) => on_pane(*id, place),
            Self::Cut { cut, share, first, second } => {
                on_divider(Divider { path: path.to_owned(), cut: *cut, share: *share, within: place });
                let (one, two) = place.cut(*cut, *share);
                first.walk(one, &format!("{path}a"), on_pane, on_divider);
                second.walk(two, &format!("{path}b"), on_pane, on_divider);
            }
        }
    }
}

impl Place {
    fn cut(self, cut: Cut, share: f64) -> (Self, Self) {
        match cut {
            Cut::Right => (
                Self { w: self.w * share, ..self },
                Self { x: self.x + self.w * share, w: self.w * (1.0 - share), ..self },
            ),
            Cut::Down => (
                Self { h: self.h * share, ..self },
                Self { y: self.y + self.h * share, h: self.h * (1.0 - share), ..self },
            ),
        }
    }

    fn middle(&self) -> (f64, f64) {
        (self.x + self.w / 2.0, self.y + self.h / 2.0)
    }
}

impl Toward {
    fn leads(self, from: &Place, to: &Place) -> bool {
        // Half a pixel of a very wide screen: shares do not add up exactly.
        const SLACK: f64 = 0.0001;
        match self {
            Self::Left => to.x + to.w <= from.x + SLACK,
            Self::Right => to.x >= from.x + from.w - SLACK,
            Self::Up => to.y + to.h <= from.y + SLACK,
            Self::Down => to.y >= from.y + from.h - SLACK,
        }
    }

    fn distance(self, from: &Place, to: &Place) -> f64 {
        let ((x, y), (to_x, to_y)) = (from.middle(), to.middle());
        (x - to_x).abs() + (y - to_y).abs()
    }
}

#[cfg(test)]
#[path = "panes_tests.rs"]
mod tests;
