//! The arithmetic of one layer, over a matrix with a row for each piece or text.

use super::weights::{Dense, Norm};

/// With this many rows or fewer, plain dot products beat a matrix product, which first copies the
/// weights into its own order.
const FEW_ROWS: usize = 2;

impl Dense {
    /// `out[r] = W input[r] + b` for every row; `out` is overwritten.
    pub fn apply(&self, input: &[f32], out: &mut [f32]) {
        if self.bias.is_empty() {
            self.multiply(input, out, 0.0);
        } else {
            for row in out.chunks_exact_mut(self.outputs) {
                row.copy_from_slice(&self.bias);
            }
            self.multiply(input, out, 1.0);
        }
    }

    /// `out[r] += W input[r]` for every row.
    pub fn add(&self, input: &[f32], out: &mut [f32]) {
        self.multiply(input, out, 1.0);
    }

    fn multiply(&self, input: &[f32], out: &mut [f32], keep: f32) {
        let rows = input.len() / self.inputs;
        assert_eq!(input.len(), rows * self.inputs, "a matrix of whole rows");
        assert_eq!(out.len(), rows * self.outputs, "a row for each row");
        if rows <= FEW_ROWS {
            self.multiply_few(input, out, keep);
            return;
        }
        // SAFETY: the three slices hold exactly the rows and columns that are named here (checked
        // above; `weight` is built with `outputs * inputs` values), and `out` is borrowed mutably.
        unsafe {
            matrixmultiply::sgemm(
                rows,
                self.inputs,
                self.outputs,
                1.0,
                input.as_ptr(),
                self.inputs as isize,
                1,
                self.weight.as_ptr(),
                1,
                self.inputs as isize,
                keep,
                out.as_mut_ptr(),
                self.outputs as isize,
                1,
            );
        }
    }

    fn multiply_few(&self, input: &[f32], out: &mut [f32], keep: f32) {
        let rows = input.chunks_exact(self.inputs);
        for (x, y) in rows.zip(out.chunks_exact_mut(self.outputs)) {
            for (value, weights) in y.iter_mut().zip(self.weight.chunks_exact(self.inputs)) {
                let before = if keep == 0.0 { 0.0 } else { *value * keep };
                *value = before + dot(x, weights);
            }
        }
    }
}

/// The dot product in 16 sums side by side, which the compiler turns into vector instructions.
fn dot(a: &[f32], b: &[f32]) -> f32 {
    let mut sums = [0.0_f32; 16];
    let (a, a_rest) = a.as_chunks::<16>();
    let (b, b_rest) = b.as_chunks::<16>();
    for (x, y) in a.iter().zip(b) {
        for lane in 0..16 {
            sums[lane] += x[lane] * y[lane];
        }
    }
    let rest: f32 = a_rest.iter().zip(b_rest).map(|(x, y)| x * y).sum();
    sums.iter().sum::<f32>() + rest
}

impl Norm {
    /// Layer normalisation of one vector with entries `from..from + x.len()` of gain and bias.
    pub fn apply(&self, x: &mut [f32], from: usize) {
        let count = x.len() as f32;
        let mean = x.iter().sum::<f32>() / count;
        let variance = x.iter().map(|v| (v - mean) * (v - mean)).sum::<f32>() / count;
        let scale = 1.0 / (variance + 1e-12).sqrt();
        let entries = self.gain[from..].iter().zip(&self.bias[from..]);
        for (value, (gain, bias)) in x.iter_mut().zip(entries) {
            *value = (*value - mean) * scale * gain + bias;
        }
    }
}

/// Every negative value becomes 0.
pub fn relu(values: &mut [f32]) {
    for value in values {
        *value = value.max(0.0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn few_rows_and_many_rows_agree() {
        let inputs = 37;
        let outputs = 5;
        let weight = (0..inputs * outputs).map(|n| (n as f32 * 0.37).sin());
        let layer = Dense {
            inputs,
            outputs,
            weight: weight.collect(),
            bias: vec![0.5, -0.5, 1.0, 0.0, 2.0],
        };
        let row: Vec<f32> = (0..inputs).map(|n| (n as f32 * 0.11).cos()).collect();
        let mut one = vec![9.0; outputs];
        layer.apply(&row, &mut one);
        let mut many = vec![9.0; outputs * 6];
        layer.apply(&row.repeat(6), &mut many);
        for chunk in many.chunks_exact(outputs) {
            for (a, b) in chunk.iter().zip(&one) {
                assert!((a - b).abs() < 1e-4, "{a} {b}");
            }
        }
    }

    #[test]
    fn a_norm_gives_mean_zero_and_length_one() {
        let norm = Norm {
            gain: vec![1.0; 4],
            bias: vec![0.0; 4],
        };
        let mut x = [1.0, 2.0, 3.0, 4.0];
        norm.apply(&mut x, 0);
        assert!(x.iter().sum::<f32>().abs() < 1e-6);
        assert!((x.iter().map(|v| v * v).sum::<f32>() / 4.0 - 1.0).abs() < 1e-5);
    }
}
