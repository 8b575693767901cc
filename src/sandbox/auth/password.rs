//! Passwords: bcrypt hashes as Supabase Auth keeps them, made and checked off the threads that
//! answer.

use bcrypt::{DEFAULT_COST, HashParts, Version};

use super::refusal::{Answer, Refusal};
use crate::error::{Context, Kind, Result};

/// Supabase Auth's own cost: 2^10 rounds.
const COST: u32 = 10;
const _: () = assert!(COST <= DEFAULT_COST);

/// `$2a$10$…`
pub async fn hash(password: &str) -> Result<String> {
    let password = password.to_owned();
    let hashed = tokio::task::spawn_blocking(move || bcrypt::hash_with_result(password, COST));
    let parts: HashParts = hashed
        .await
        .context(Kind::Internal, || "A password wasn't hashed".into())?
        .context(Kind::Usage, || "A password can't be hashed".into())?;
    Ok(parts.format_for_version(Version::TwoA))
}

/// Whether the hash is the password's. A hash of another kind is nobody's.
pub async fn is_right(password: &str, hash: &str) -> Result<bool> {
    let (password, hash) = (password.to_owned(), hash.to_owned());
    let checked =
        tokio::task::spawn_blocking(move || bcrypt::verify(password, &hash).unwrap_or(false));
    checked
        .await
        .context(Kind::Internal, || "A password wasn't checked".into())
}

/// A hash that somebody brings along.
pub fn check_hash(hash: &str) -> Answer<()> {
    match hash.parse::<HashParts>() {
        Ok(_) => Ok(()),
        Err(_) => Err(Refusal::bad(
            "validation_failed",
            "Invalid password_hash: the sandbox takes bcrypt hashes only",
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_hash_is_its_passwords_alone() {
        let hashed = hash("example-pássword").await.unwrap();
        assert!(
            hashed.starts_with("$2a$10$") && hashed.len() == 60,
            "{hashed}"
        );
        check_hash(&hashed).unwrap();
        assert!(is_right("example-pássword", &hashed).await.unwrap());
        assert!(!is_right("example-password", &hashed).await.unwrap());
        assert!(!is_right("x", "").await.unwrap());
        assert!(check_hash("example").is_err());
    }
}
