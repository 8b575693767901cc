//! Whose account takes whose place, as the job's arguments say it: the same in every worker.

use std::collections::HashMap;

use crate::domain::reference::ReferenceMap;
use crate::domain::user_map::UserPair;
use crate::error::{Context, Kind, Result};
use crate::job::step::StepContext;

/// Account → account. Whoever isn't in it stays who they are.
#[derive(Debug, Clone, Default)]
pub struct Users(HashMap<String, String>);

impl Users {
    pub fn of(ctx: &StepContext) -> Result<Users> {
        let Some(users) = ctx.args().get("users") else {
            return Ok(Users::default());
        };
        let pairs: Vec<UserPair> = serde_json::from_value(users.clone())
            .context(Kind::Parse, || {
                "Who becomes whom can't be read from the job's arguments".into()
            })?;
        let pairs = pairs.into_iter().filter(|pair| !pair.is_same());
        Ok(Users(pairs.map(|pair| (pair.from, pair.to)).collect()))
    }

    /// Who it is in the target.
    pub fn target<'a>(&'a self, account: &'a str) -> &'a str {
        self.0.get(account).map_or(account, String::as_str)
    }

    /// The same for many, each once.
    pub fn targets(&self, accounts: Vec<String>) -> Vec<String> {
        let mut found: Vec<String> = Vec::new();
        for account in accounts {
            let target = self.target(&account).to_owned();
            if !found.contains(&target) {
                found.push(target);
            }
        }
        found
    }

    /// For what names people: mentions, queries, links to profiles.
    pub fn add_to(&self, map: &mut ReferenceMap) {
        for (from, to) in &self.0 {
            map.add_user(from, Some(to), "");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everybody_is_there_once_and_who_is_not_named_stays() {
        let users = Users(HashMap::from([("a".into(), "b".into())]));
        assert_eq!(users.target("a"), "b");
        assert_eq!(users.target("c"), "c");
        let all = ["a", "b", "c"].map(str::to_owned).to_vec();
        assert_eq!(users.targets(all), ["b", "c"]);
    }
}
