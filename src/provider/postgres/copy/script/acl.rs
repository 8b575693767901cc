//! Statements about rights, one by one: which roles each needs.

use crate::provider::postgres::copy::sql::split::statements;
use crate::provider::postgres::copy::sql::token::{Token, tokens};

/// One GRANT or REVOKE (or what stands around it).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Right {
    pub sql: String,
    /// The roles that it names, without `PUBLIC`.
    pub roles: Vec<String>,
    /// `SET` or `RESET SESSION AUTHORIZATION`, which only a superuser may run.
    pub switches_user: bool,
}

/// The statements of an `ACL` or `DEFAULT ACL` entry.
pub fn read(defn: &str) -> Vec<Right> {
    statements(defn).into_iter().map(one).collect()
}

fn one(sql: String) -> Right {
    let all = tokens(&sql);
    let words: Vec<&Token> = all.iter().filter(|token| token.counts()).collect();
    let switches_user = words
        .first()
        .is_some_and(|w| w.is_word("set") || w.is_word("reset"));
    let mut roles = Vec::new();
    if switches_user {
        if let Some(last) = words.last()
            && words.first().is_some_and(|w| w.is_word("set"))
        {
            roles.extend(role(last));
        }
    } else {
        // `ALTER DEFAULT PRIVILEGES FOR ROLE x …`
        for pair in words.windows(3) {
            if let [a, b, c] = pair
                && a.is_word("for")
                && b.is_word("role")
            {
                roles.extend(role(c));
            }
        }
        // The grantees stand behind the last TO or FROM, which no object's name can be unquoted.
        let list = words
            .iter()
            .rposition(|w| w.is_word("to") || w.is_word("from"))
            .and_then(|at| words.get(at + 1..))
            .unwrap_or_default();
        for word in list {
            if ["with", "granted", "cascade", "restrict"]
                .iter()
                .any(|w| word.is_word(w))
            {
                break;
            }
            roles.extend(role(word));
        }
    }
    Right {
        sql,
        roles,
        switches_user,
    }
}

fn role(token: &Token) -> Option<String> {
    if token.is_word("public") {
        return None;
    }
    token.name()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn grantees_are_found_behind_odd_names() {
        let defn = "REVOKE ALL ON TABLE public.\"x TO y\" FROM PUBLIC;\n\
            GRANT SELECT(a) ON TABLE s.t TO \"A \"\"b\";\n\
            GRANT ALL ON TABLE s.t TO anon WITH GRANT OPTION;\n\
            SET SESSION AUTHORIZATION boss;\nGRANT SELECT ON TABLE s.t TO anon;\nRESET SESSION AUTHORIZATION;\n";
        let rights = read(defn);
        let roles: Vec<Vec<String>> = rights.iter().map(|r| r.roles.clone()).collect();
        assert_eq!(
            roles,
            [
                vec![],
                vec!["A \"b".to_owned()],
                vec!["anon".into()],
                vec!["boss".into()],
                vec!["anon".into()],
                vec![]
            ]
        );
        assert!(rights[3].switches_user && rights[5].switches_user);
    }

    #[test]
    fn default_privileges_name_their_role_too() {
        let rights = read(
            "ALTER DEFAULT PRIVILEGES FOR ROLE boss IN SCHEMA public GRANT ALL ON TABLES TO anon;",
        );
        assert_eq!(rights[0].roles, ["boss", "anon"]);
    }
}
