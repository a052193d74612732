//! Makefiles at hand as shell text: rules by name and by pattern, conditionals, variables in any order.

use std::cell::{Cell, OnceCell};
use std::collections::{HashMap, HashSet};

use super::make_condition::{Control, Test, control};
use super::make_text::{DEPTH, STEPS, at_colon, fits, is_name, replaced, stem};
use super::packages::of_its_own;

/// How many targets one call may bring.
const TARGETS: usize = 60;

/// A Makefile with what it includes.
pub(super) struct Makefile {
    units: Vec<Unit>,
    rules: Vec<Rule>,
    /// The variables that have one value, whatever the event is, as they are written.
    pub(super) values: Vec<(String, String)>,
    /// How many more steps its expansions may take.
    pub(super) left: Cell<usize>,
}

/// Assignments that stand together: one, or all of a conditional.
#[derive(Default)]
struct Unit {
    lines: Vec<Line>,
}

enum Line {
    /// `if …; then`, `else`, `fi`, as make has it.
    Control(Control),
    Set {
        name: String,
        operator: char,
        value: String,
    },
}

/// A rule as it is written.
struct Rule {
    targets: String,
    /// The targets by their names, told once; `None` where they can't be.
    names: OnceCell<Option<Vec<String>>>,
    needs: String,
    recipe: Vec<String>,
    /// Whether it has variables of its own, or conditionals in its recipe: it is not followed.
    special: bool,
}

/// The longest shell text that a call may come to, in bytes.
const SCRIPT: usize = 256 << 10;

/// The assignments that are written so far.
struct Assigned<'m> {
    /// Where each name is set.
    setters: HashMap<&'m str, Vec<usize>>,
    /// What the call sets itself.
    set: &'m HashSet<&'m str>,
    done: Vec<bool>,
    script: String,
}

/// What one target comes to.
struct Found<'m> {
    needs: Vec<String>,
    recipe: &'m [String],
    stem: String,
}

impl Makefile {
    pub(super) fn read(text: &str) -> Self {
        let mut file = Self { units: Vec::new(), rules: Vec::new(), values: Vec::new(), left: Cell::new(STEPS) };
        let joined = text.replace("\\\n\t", " ").replace("\\\n", " ");
        // The conditional that is open, and how many are.
        let (mut open, mut depth) = (Unit::default(), 0_usize);
        let mut defines = false;
        for line in joined.lines() {
            // What a text of several lines holds is no rule's.
            if defines || line.starts_with("define ") {
                defines = !line.trim_start().starts_with("endef");
                continue;
            }
            if let Some(command) = line.strip_prefix('\t') {
                if let Some(rule) = file.rules.last_mut() {
                    rule.special |= depth > 0;
                    rule.recipe.push(command.trim_start_matches(['@', '-', '+', ' ']).to_owned());
                }
                continue;
            }
            let line = line.split(" #").next().unwrap_or("").trim();
            if line.is_empty() || line.starts_with('#') {
                continue;
            }
            let control = control(line).filter(|control| depth > 0 || matches!(control, Control::If(_)));
            if let Some(control) = control {
                depth = match control {
                    Control::If(_) => depth + 1,
                    Control::Else(_) => depth,
                    Control::End => depth.saturating_sub(1),
                };
                let ends = matches!(control, Control::End) && depth == 0;
                open.lines.push(Line::Control(control));
                if ends {
                    file.units.push(std::mem::take(&mut open));
                }
            } else if let Some((name, operator, value)) = assignment(line) {
                let known = file.values.iter().position(|(own, _)| own == name);
                match (operator, known) {
                    (':' | '=', None) if depth == 0 => file.values.push((name.to_owned(), value.to_owned())),
                    (_, Some(at)) => drop(file.values.remove(at)),
                    (_, None) => {}
                }
                open.lines.push(Line::Set { name: name.to_owned(), operator, value: value.to_owned() });
                if depth == 0 {
                    file.units.push(std::mem::take(&mut open));
                }
            } else if let Some((targets, needs)) = at_colon(line) {
                let (needs, inline) = needs.split_once(';').unwrap_or((needs, ""));
                let recipe = if inline.trim().is_empty() { Vec::new() } else { vec![inline.trim().to_owned()] };
                if !targets.starts_with('.') {
                    let special = assignment(needs.trim()).is_some();
                    let (targets, needs) = (targets.trim().to_owned(), needs.trim().to_owned());
                    file.rules.push(Rule { targets, names: OnceCell::new(), needs, recipe, special });
                }
            }
        }
        file
    }

    /// The assignments as shell text, but for what the call sets itself; each behind those that it uses.
    /// `None` where they come to more than a shell is read for.
    pub(super) fn assignments(&self, set: &HashSet<&str>) -> Option<String> {
        let mut setters: HashMap<&str, Vec<usize>> = HashMap::new();
        for (at, unit) in self.units.iter().enumerate() {
            for line in &unit.lines {
                if let Line::Set { name, .. } = line {
                    setters.entry(name).or_default().push(at);
                }
            }
        }
        let mut all = Assigned { setters, set, done: vec![false; self.units.len()], script: String::new() };
        (0..self.units.len()).try_for_each(|at| self.assign(at, 0, &mut all))?;
        Some(all.script)
    }

    fn assign(&self, at: usize, depth: usize, all: &mut Assigned<'_>) -> Option<()> {
        // One that is too deep comes when its own turn does.
        if depth > DEPTH || std::mem::replace(&mut all.done[at], true) {
            return Some(());
        }
        let unit = &self.units[at];
        let used: HashSet<&str> = unit.lines.iter().flat_map(used).collect();
        let mut earlier: Vec<usize> = used.iter().filter_map(|name| all.setters.get(name)).flatten().copied().collect();
        earlier.sort_unstable();
        earlier.dedup();
        earlier.into_iter().filter(|other| *other != at).try_for_each(|other| self.assign(other, depth + 1, all))?;
        for line in &unit.lines {
            let text = match line {
                Line::Set { name, .. } if all.set.contains(name.as_str()) || !is_name(name) => continue,
                Line::Set { name, operator, value } => {
                    let value = self.shell(value);
                    match operator {
                        '?' => format!("{name}=\"${{{name}:-{value}}}\""),
                        '+' => format!("{name}=\"${{{name}}} {value}\""),
                        _ => format!("{name}=\"{value}\""),
                    }
                }
                Line::Control(Control::If(test)) => format!("if {}; then\n:", self.test(test)),
                Line::Control(Control::Else(Some(test))) => format!("elif {}; then\n:", self.test(test)),
                Line::Control(Control::Else(None)) => "else\n:".to_owned(),
                Line::Control(Control::End) => "fi".to_owned(),
            };
            all.script.push_str(&text);
            all.script.push('\n');
            fits(all.script.len(), 1, SCRIPT)?;
        }
        Some(())
    }

    fn test(&self, test: &Test) -> String {
        let [left, right] = [&test.sides[0], &test.sides[1]].map(|side| self.shell(side));
        format!("[ \"{left}\" {} \"{right}\" ]", if test.same { "=" } else { "!=" })
    }

    /// The target that is made where none is named.
    pub(super) fn first(&self) -> Option<String> {
        if let Some(goal) = self.value(".DEFAULT_GOAL") {
            return self.words(goal)?.pop();
        }
        let names = self.rules.iter().filter_map(|rule| self.names(rule));
        names.flatten().find(|name| !name.contains('%')).cloned()
    }

    /// The recipes of a target and of all that it needs, as shell text; false where one of them can't be told.
    pub(super) fn bring(&self, name: &str, done: &mut HashSet<String>, script: &mut String) -> bool {
        if !done.insert(name.to_owned()) {
            return true;
        }
        if done.len() > TARGETS {
            return false;
        }
        let Some(found) = self.found(name) else { return false };
        for rule in found {
            for needed in &rule.needs {
                // What no rule makes is a file.
                if self.has(needed) && !self.bring(needed, done, script) {
                    return false;
                }
            }
            for line in rule.recipe {
                let named = replaced(line, "$@", name).and_then(|line| replaced(&line, "$(@)", name));
                let Some(line) = named.and_then(|line| replaced(&line, "$*", &rule.stem)) else { return false };
                script.push_str(&of_its_own(self.shell(&line)));
                script.push('\n');
                if script.len() > SCRIPT {
                    return false;
                }
            }
        }
        true
    }

    /// Whether there is a rule for a target, also one by a pattern.
    pub(super) fn has(&self, name: &str) -> bool {
        self.found(name).is_none_or(|found| !found.is_empty())
    }

    fn names<'m>(&self, rule: &'m Rule) -> Option<&'m [String]> {
        rule.names.get_or_init(|| self.words(&rule.targets)).as_deref()
    }

    /// The rules of a target; `None` where one of them can't be told.
    fn found(&self, name: &str) -> Option<Vec<Found<'_>>> {
        let mut found = Vec::new();
        let mut by_pattern = None;
        for rule in &self.rules {
            let Some(targets) = self.names(rule) else {
                // Who has spent all steps can't tell any more which rules there are.
                self.left.get().checked_sub(1)?;
                continue;
            };
            // `a b: %: x-%`: a pattern for targets that are named.
            let (pattern, needs) = match at_colon(&rule.needs) {
                Some((pattern, needs)) => (Some(pattern.trim()), needs),
                None => (None, rule.needs.as_str()),
            };
            let stem_of = |pattern: &str| stem(pattern, name).map(str::to_owned);
            let named = targets.iter().any(|target| target == name);
            let stem = if named {
                Some(pattern.and_then(stem_of).unwrap_or_default())
            } else {
                targets.iter().filter(|target| target.contains('%')).find_map(|target| stem_of(target))
            };
            let Some(stem) = stem else { continue };
            if rule.special {
                return None;
            }
            let needs = self.words(&needs.replace('|', " "))?;
            let needs = needs.iter().map(|need| replaced(need, "%", &stem)).collect::<Option<Vec<_>>>()?;
            let one = Found { needs, recipe: &rule.recipe, stem };
            if named {
                found.push(one);
            } else {
                by_pattern.get_or_insert(one);
            }
        }
        // A pattern counts where no rule by name has a recipe.
        if found.iter().all(|one| one.recipe.is_empty()) {
            found.extend(by_pattern);
        }
        Some(found)
    }
}

/// The variables that a line uses.
fn used(line: &Line) -> Vec<&str> {
    let texts: Vec<&str> = match line {
        Line::Set { value, .. } => vec![value],
        Line::Control(Control::If(test) | Control::Else(Some(test))) => test.sides.iter().map(String::as_str).collect(),
        Line::Control(_) => Vec::new(),
    };
    let is_name = |c: char| c.is_ascii_alphanumeric() || c == '_';
    let names = texts.into_iter().flat_map(|text| text.split(['(', '{']).skip(1));
    names.filter_map(|rest| rest.get(..rest.find(|c| !is_name(c)).unwrap_or(rest.len()))).collect()
}

fn assignment(line: &str) -> Option<(&str, char, &str)> {
    let line = line.strip_prefix("export ").or_else(|| line.strip_prefix("override ")).unwrap_or(line);
    let (left, value) = line.split_once('=')?;
    let name = left.trim_end_matches([':', '?', '+', '!']).trim();
    let operator = left.trim_end().chars().last().filter(|c| matches!(c, ':' | '?' | '+')).unwrap_or('=');
    let plain = !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.'));
    plain.then_some((name, operator, value.trim()))
}

#[cfg(test)]
pub(super) mod tests {
    use proptest::prelude::*;

    use super::super::make_text::LONGEST;
    use super::*;

    pub(in super::super) fn made(text: &str, target: &str) -> Option<String> {
        let file = Makefile::read(text);
        let mut script = file.assignments(&HashSet::new())?;
        (file.has(target) && file.bring(target, &mut HashSet::new(), &mut script)).then_some(script)
    }

    #[test]
    fn what_a_target_needs_may_be_a_variable_or_a_function() {
        for needs in [
            "image-a image-b",
            "$(ALL)",
            "$(addprefix image-,$(SVCS))",
            "$(SVCS:%=image-%)",
            "$(patsubst %,image-%,$(SVCS))",
            "$(foreach s,$(SVCS),image-$(s))",
            "${ALL} | $(sort $(ALL))",
        ] {
            let text = format!("SVCS = a b\nALL = $(addprefix image-,$(SVCS))\nall: {needs}\nimage-%:\n\tbuild $*\n");
            let script = made(&text, "all").unwrap();
            assert!(script.ends_with("build a\nbuild b\n"), "{needs}: {script}");
        }
        assert_eq!(made("all: $(DEPS)\n\techo\n", "all"), None, "what is not known may be anything");
        assert_eq!(made("a b: %: x-%\n\tp $*\nx-%:\n\tq $@\n", "b").as_deref(), Some("q x-b\np b\n"));
        assert_eq!(made("N = x y\n$(N):\n\tp $@\n", "y").unwrap().lines().last(), Some("p y"));
    }

    #[test]
    fn variables_stand_in_any_order_and_under_conditions() {
        let script = made("I = $(R):$(T)\nR = r\nT ?= 1\nR += s\nt:\n\tp $(I)\n", "t").unwrap();
        assert_eq!(script, "R=\"r\"\nT=\"${T:-1}\"\nR=\"${R} s\"\nI=\"${R}:${T}\"\np ${I}\n");
        let text = "ifdef TAG\nT = a\nelse ifeq ($(X),y)\nT = b\nelse\nT = c\nendif\nt:\n\tp $(T)\n";
        let script = made(text, "t").unwrap().replace('\n', " ");
        assert_eq!(
            script,
            "if [ \"${TAG}\" != \"\" ]; then : T=\"a\" elif [ \"${X}\" = \"y\" ]; then : T=\"b\" else : T=\"c\" fi p ${T} "
        );
    }

    #[test]
    fn what_is_special_is_not_followed_and_what_only_looks_so_is() {
        assert_eq!(made("T = a\nr: T = b\nr:\n\tp $(T)\n", "r"), None);
        assert_eq!(made("r:\nifdef X\n\tp a\nelse\n\tp b\nendif\n", "r"), None);
        assert_eq!(made("r:\n\tp\nelsewhere:\n\tq\n", "elsewhere").as_deref(), Some("q\n"));
        assert_eq!(made("r:\n\tp\ndefine X\n\tq\nendef\n", "r").as_deref(), Some("p\n"));
        assert_eq!(made("my-image = a:1\nr:\n\tp $(my-image)\n\t$(MAKE) s\n", "r").as_deref(), Some("p a:1\nmake s\n"));
        assert_eq!(Makefile::read(".DEFAULT_GOAL := b\na:\nb:\n").first().as_deref(), Some("b"));
    }

    #[test]
    fn what_is_too_much_is_not_taken_for_nothing() {
        let rules = |count: usize, name: &str| {
            let all: String = (0..count).map(|at| format!(" {name}{at}")).collect();
            let each: String = (0..count).map(|at| format!("{name}{at}:\n\tp {at}\n")).collect();
            format!("O = out\nall:{all}\n{each}")
        };
        assert!(made(&rules(50, "$(O)/f"), "all").unwrap().ends_with("p 49\n"));
        assert_eq!(made(&rules(100, "f"), "all"), None);
        let chain: String = (0..20).map(|at| format!("A{at} = $(A{})\n", at + 1)).collect();
        let script = made(&format!("{chain}A20 = x\nt:\n\tp $(A0)\n"), "t").unwrap();
        assert!((0..21).all(|at| script.contains(&format!("A{at}=\""))), "{script}");
    }

    #[test]
    fn what_grows_without_end_is_not_followed() {
        let text = "f = $(call f,$(1)$(1))\nt: a\n\tp $(call f,x)\na: t\n\tq\nX = $(X)\n";
        assert!(made(text, "t").unwrap().len() < LONGEST * 2);
        let words = "w ".repeat(10_000);
        for function in [
            format!("$(subst ,{words},{words})"),
            format!("$(addprefix {},{words})", "x".repeat(10_000)),
            format!("$(foreach w,{words},$(foreach v,{words},$(w)$(v)))"),
            format!("$(call f,{words})"),
            format!("$(N:%=%{})", "x".repeat(10_000)),
            "$(addprefix $(L),$(N))".to_owned(),
            "$(foreach v,$(N),$(L)$(v))".to_owned(),
            "$(patsubst %,$(L)%,$(N))".to_owned(),
            "$(".repeat(20_000),
            "$@".repeat(20_000),
        ] {
            let (calls, long) = ("$(1)".repeat(5_000), "y".repeat(10_000));
            let text = format!("f = {calls}\nN = {words}\nL = {long}\nt:\n\tp {function}\n");
            assert!(made(&text, "t").is_none_or(|script| script.len() < LONGEST * 5), "{}", &function[..8]);
        }
        assert!(made(&format!("t:\n\tp {}x{}\n", "$(or ".repeat(5_000), ")".repeat(5_000)), "t").is_some());
    }

    proptest! {
        #[test]
        fn any_text_is_read(text in "(([a-z]|[A-Z]|[$(){}:=%,]| |\\n|\\t|if|else|endif){0,8}\\n){0,8}") {
            made(&text, "a");
        }
    }
}
