//! Things that the steps of a job hand to each other, and that live only as long as the worker.

use std::any::{Any, TypeId};
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

/// One value of each type. A clone is another handle on the same values.
#[derive(Clone, Default)]
pub struct Shared {
    values: Arc<Mutex<HashMap<TypeId, Arc<dyn Any + Send + Sync>>>>,
}

impl Shared {
    /// Replaces the value of this type.
    pub fn put<T: Send + Sync + 'static>(&self, value: T) {
        self.with(|values| values.insert(TypeId::of::<T>(), Arc::new(value)));
    }

    pub fn get<T: Send + Sync + 'static>(&self) -> Option<Arc<T>> {
        self.with(|values| values.get(&TypeId::of::<T>()).cloned())
            .and_then(|value| value.downcast().ok())
    }

    /// Takes the value out, so that it's dropped when the last user is done with it.
    pub fn take<T: Send + Sync + 'static>(&self) -> Option<Arc<T>> {
        self.with(|values| values.remove(&TypeId::of::<T>()))
            .and_then(|value| value.downcast().ok())
    }

    fn with<R>(&self, f: impl FnOnce(&mut HashMap<TypeId, Arc<dyn Any + Send + Sync>>) -> R) -> R {
        f(&mut self.values.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_value_of_each_type() {
        let shared = Shared::default();
        shared.put(1_u32);
        shared.put("text".to_owned());
        shared.clone().put(2_u32);
        assert_eq!(shared.get::<u32>().as_deref(), Some(&2));
        assert_eq!(
            shared.take::<String>().as_deref().map(String::as_str),
            Some("text")
        );
        assert!(shared.get::<String>().is_none());
    }
}
