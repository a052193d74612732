//! The form of a suite and of its cases.

use crate::engine::form::{ANSWER, Form, VERDICT, YAML, may, must};

/// A suite; its cases are looked at one by one.
pub(super) static SUITE: Form = Form::Map(&[
    must("name", Form::Text),
    may("description", Form::Text),
    may("variables", Form::Any),
    must("cases", Form::List(&Form::Any)),
]);

/// A case.
pub(super) static CASE: Form = Form::Map(&[
    must("name", Form::Text),
    may("script", Form::Maybe(&Form::Text)),
    must("recordings", Form::List(&RECORDINGS)),
    may("settings", Form::Any),
    may("variables", Form::Any),
    may("matrix", Form::Any),
    may("tags", Form::List(&Form::Text)),
    may("expect", EXPECT),
]);

const RECORDINGS: Form = Form::TextOr(&Form::Map(&[must("path", Form::Text), may("authored", Form::Flag)]));

const EXPECT: Form = Form::Map(&[
    may("final", Form::Maybe(&VERDICT)),
    may("by-turn", Form::Maybe(&Form::Turn)),
    may("verdicts", Form::Each(&VERDICT)),
    may("yaml", Form::Each(&YAML)),
    may("never", Form::List(&Form::Text)),
    may("rules", Form::Each(&ANSWER)),
    may("plans", Form::Each(&PLAN)),
    may("text", Form::Each(&Form::Map(&[may("reply", TEXT), may("file", TEXT)]))),
    may("file", Form::Maybe(&FILE)),
    may("turns", Form::Maybe(&Form::Count)),
    may("repairs", Form::Maybe(&Form::Count)),
    may("tokens", Form::Maybe(&Form::Count)),
    may("drift", Form::Maybe(&Form::Count)),
]);

const TEXT: Form =
    Form::Map(&[may("contains", Form::Texts), may("not-contains", Form::Texts), may("matches", Form::Texts)]);

const FILE: Form = Form::Map(&[
    may("contains", Form::Texts),
    may("not-contains", Form::Texts),
    may("matches", Form::Texts),
    may("equals", Form::Maybe(&Form::Text)),
    may("same-as-accepted", Form::Flag),
]);

const PLAN: Form = Form::Map(&[
    may("pipeline", Form::Maybe(&Form::Text)),
    may("gate-before", Form::Texts),
    may("no-gate-before", Form::Texts),
    may("deploys-to", Form::Maybe(&Form::List(&Form::Text))),
    may("builds", Form::Maybe(&Form::Flag)),
    may("retags", Form::Maybe(&Form::Flag)),
]);
