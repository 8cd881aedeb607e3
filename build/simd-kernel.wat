;; The vector kernel of FlatIndex: dot products of one query with many rows, 128 bits at a time.
;;
;; `npm run build` assembles it into src/vector/kernel-bytes.ts (scripts/build-kernel.mjs). It is plain WebAssembly
;; text, so wabt's wat2wasm takes it too and gives the same code.
;;
;; Rows are named by a list: row i begins at $base + $offsets[i]. Lists are padded to a multiple of four entries,
;; rows and queries with zeros to a multiple of eight numbers: there are no remainders to handle in here.
;; Four rows go together, so that a query is loaded once for four rows and four sums do not wait for each other.
(module
  (import "env" "memory" (memory 1))

  ;; out[i] = f32 dot product. Lane l sums the products l, l + 4, l + 8, …; at the end (l0 + l2) + (l1 + l3).
  ;; $bytes: of a row and of the query, a multiple of 16.
  (func (export "dotF32")
    (param $base i32) (param $offsets i32) (param $count i32) (param $bytes i32) (param $query i32) (param $out i32)
    (local $a i32) (local $b i32) (local $c i32) (local $d i32) (local $at i32) (local $q v128)
    (local $sa v128) (local $sb v128) (local $sc v128) (local $sd v128)
    loop $rows
      local.get $base local.get $offsets i32.load offset=0 i32.add local.set $a
      local.get $base local.get $offsets i32.load offset=4 i32.add local.set $b
      local.get $base local.get $offsets i32.load offset=8 i32.add local.set $c
      local.get $base local.get $offsets i32.load offset=12 i32.add local.set $d
      i32.const 0 i32x4.splat local.tee $sa local.tee $sb local.tee $sc local.set $sd
      i32.const 0 local.set $at
      loop $numbers
        local.get $query local.get $at i32.add v128.load local.set $q
        local.get $sa local.get $a local.get $at i32.add v128.load local.get $q f32x4.mul f32x4.add local.set $sa
        local.get $sb local.get $b local.get $at i32.add v128.load local.get $q f32x4.mul f32x4.add local.set $sb
        local.get $sc local.get $c local.get $at i32.add v128.load local.get $q f32x4.mul f32x4.add local.set $sc
        local.get $sd local.get $d local.get $at i32.add v128.load local.get $q f32x4.mul f32x4.add local.set $sd
        local.get $at i32.const 16 i32.add local.tee $at
        local.get $bytes i32.lt_u br_if $numbers
      end
      ;; sa = [a0+a2, b0+b2, a1+a3, b1+b3], sc = the same of c and d
      local.get $sa local.get $sb i8x16.shuffle 0 1 2 3 16 17 18 19 4 5 6 7 20 21 22 23
      local.get $sa local.get $sb i8x16.shuffle 8 9 10 11 24 25 26 27 12 13 14 15 28 29 30 31
      f32x4.add local.set $sa
      local.get $sc local.get $sd i8x16.shuffle 0 1 2 3 16 17 18 19 4 5 6 7 20 21 22 23
      local.get $sc local.get $sd i8x16.shuffle 8 9 10 11 24 25 26 27 12 13 14 15 28 29 30 31
      f32x4.add local.set $sc
      local.get $out
      local.get $sa local.get $sc i8x16.shuffle 0 1 2 3 4 5 6 7 16 17 18 19 20 21 22 23
      local.get $sa local.get $sc i8x16.shuffle 8 9 10 11 12 13 14 15 24 25 26 27 28 29 30 31
      f32x4.add v128.store
      local.get $out i32.const 16 i32.add local.set $out
      local.get $offsets i32.const 16 i32.add local.set $offsets
      local.get $count i32.const 4 i32.sub local.tee $count
      i32.const 0 i32.gt_s br_if $rows
    end)

  ;; out[i] = (exact integer dot product × $scale) × the row's scale + the row's error × $norm: an upper bound.
  ;; A row is $numbers int8 codes, f32 scale, f32 error. The query is $numbers int16 codes, small enough that no
  ;; sum of 32 bits overflows (quantize.ts). $numbers is a multiple of eight.
  (func (export "dotI8")
    (param $base i32) (param $offsets i32) (param $count i32) (param $numbers i32) (param $query i32) (param $out i32)
    (param $scale f32) (param $norm f32)
    (local $a i32) (local $b i32) (local $c i32) (local $d i32) (local $at i32) (local $q v128)
    (local $sa v128) (local $sb v128) (local $sc v128) (local $sd v128)
    loop $rows
      local.get $base local.get $offsets i32.load offset=0 i32.add local.set $a
      local.get $base local.get $offsets i32.load offset=4 i32.add local.set $b
      local.get $base local.get $offsets i32.load offset=8 i32.add local.set $c
      local.get $base local.get $offsets i32.load offset=12 i32.add local.set $d
      i32.const 0 i32x4.splat local.tee $sa local.tee $sb local.tee $sc local.set $sd
      i32.const 0 local.set $at
      loop $eights
        local.get $query local.get $at i32.const 1 i32.shl i32.add v128.load local.set $q
        local.get $sa local.get $a local.get $at i32.add v128.load8x8_s local.get $q i32x4.dot_i16x8_s i32x4.add local.set $sa
        local.get $sb local.get $b local.get $at i32.add v128.load8x8_s local.get $q i32x4.dot_i16x8_s i32x4.add local.set $sb
        local.get $sc local.get $c local.get $at i32.add v128.load8x8_s local.get $q i32x4.dot_i16x8_s i32x4.add local.set $sc
        local.get $sd local.get $d local.get $at i32.add v128.load8x8_s local.get $q i32x4.dot_i16x8_s i32x4.add local.set $sd
        local.get $at i32.const 8 i32.add local.tee $at
        local.get $numbers i32.lt_u br_if $eights
      end
      local.get $sa local.get $sb i8x16.shuffle 0 1 2 3 16 17 18 19 4 5 6 7 20 21 22 23
      local.get $sa local.get $sb i8x16.shuffle 8 9 10 11 24 25 26 27 12 13 14 15 28 29 30 31
      i32x4.add local.set $sa
      local.get $sc local.get $sd i8x16.shuffle 0 1 2 3 16 17 18 19 4 5 6 7 20 21 22 23
      local.get $sc local.get $sd i8x16.shuffle 8 9 10 11 24 25 26 27 12 13 14 15 28 29 30 31
      i32x4.add local.set $sc
      ;; behind the codes
      local.get $a local.get $at i32.add local.set $a
      local.get $b local.get $at i32.add local.set $b
      local.get $c local.get $at i32.add local.set $c
      local.get $d local.get $at i32.add local.set $d
      local.get $out
      local.get $sa local.get $sc i8x16.shuffle 0 1 2 3 4 5 6 7 16 17 18 19 20 21 22 23
      local.get $sa local.get $sc i8x16.shuffle 8 9 10 11 12 13 14 15 24 25 26 27 28 29 30 31
      i32x4.add f32x4.convert_i32x4_s
      local.get $scale f32x4.splat f32x4.mul
      local.get $a f32.load offset=0 f32x4.splat
      local.get $b f32.load offset=0 f32x4.replace_lane 1
      local.get $c f32.load offset=0 f32x4.replace_lane 2
      local.get $d f32.load offset=0 f32x4.replace_lane 3
      f32x4.mul
      local.get $a f32.load offset=4 f32x4.splat
      local.get $b f32.load offset=4 f32x4.replace_lane 1
      local.get $c f32.load offset=4 f32x4.replace_lane 2
      local.get $d f32.load offset=4 f32x4.replace_lane 3
      local.get $norm f32x4.splat f32x4.mul
      f32x4.add v128.store
      local.get $out i32.const 16 i32.add local.set $out
      local.get $offsets i32.const 16 i32.add local.set $offsets
      local.get $count i32.const 4 i32.sub local.tee $count
      i32.const 0 i32.gt_s br_if $rows
    end)

  ;; Writes the int8 row of an f32 row x: codes = nearest(x × 127 / max|x|), scale = max|x| / 127, and the error,
  ;; $widen × ‖x − codes × scale‖. Gives ‖x‖². $numbers is a multiple of eight.
  ;; Below 1e-30, 127 / max|x| is no float any more: such a row is all zeros, which its error then says.
  (func (export "quantize")
    (param $row i32) (param $numbers i32) (param $out i32) (param $widen f32) (result f32)
    (local $end i32) (local $at i32) (local $max f32) (local $scale f32) (local $inverse f32) (local $square f32)
    (local $x v128) (local $low v128) (local $high v128) (local $sum v128)
    local.get $out local.get $numbers i32.add local.set $end
    loop $fours
      local.get $row local.get $at i32.add v128.load local.tee $x
      f32x4.abs local.get $high f32x4.max local.set $high
      local.get $x local.get $x f32x4.mul local.get $sum f32x4.add local.set $sum
      local.get $at i32.const 16 i32.add local.tee $at
      local.get $numbers i32.const 2 i32.shl i32.lt_u br_if $fours
    end
    local.get $sum f32x4.extract_lane 0 local.get $sum f32x4.extract_lane 1 f32.add
    local.get $sum f32x4.extract_lane 2 local.get $sum f32x4.extract_lane 3 f32.add
    f32.add local.set $square
    local.get $high f32x4.extract_lane 0 local.get $high f32x4.extract_lane 1 f32.max
    local.get $high f32x4.extract_lane 2 local.get $high f32x4.extract_lane 3 f32.max
    f32.max local.tee $max
    f32.const 1e-30 f32.ge
    if
      local.get $max f32.const 127 f32.div local.set $scale
      f32.const 127 local.get $max f32.div local.set $inverse
    end
    i32.const 0 i32x4.splat local.set $sum
    loop $eights
      local.get $row v128.load offset=0 local.tee $x
      local.get $x local.get $inverse f32x4.splat f32x4.mul f32x4.nearest local.tee $low
      local.get $scale f32x4.splat f32x4.mul f32x4.sub local.tee $x
      local.get $x f32x4.mul local.get $sum f32x4.add local.set $sum
      local.get $row v128.load offset=16 local.tee $x
      local.get $x local.get $inverse f32x4.splat f32x4.mul f32x4.nearest local.tee $high
      local.get $scale f32x4.splat f32x4.mul f32x4.sub local.tee $x
      local.get $x f32x4.mul local.get $sum f32x4.add local.set $sum
      local.get $out
      local.get $low i32x4.trunc_sat_f32x4_s local.get $high i32x4.trunc_sat_f32x4_s i16x8.narrow_i32x4_s local.tee $x
      local.get $x i8x16.narrow_i16x8_s
      i64x2.extract_lane 0 i64.store
      local.get $row i32.const 32 i32.add local.set $row
      local.get $out i32.const 8 i32.add local.tee $out
      local.get $end i32.lt_u br_if $eights
    end
    local.get $end local.get $scale f32.store offset=0
    local.get $end
    local.get $sum f32x4.extract_lane 0 local.get $sum f32x4.extract_lane 1 f32.add
    local.get $sum f32x4.extract_lane 2 local.get $sum f32x4.extract_lane 3 f32.add
    f32.add f32.sqrt local.get $widen f32.mul f32.store offset=4
    local.get $square)

  ;; Writes every i with scores[i] ≥ $floor, ascending, and says how many. Looks at $count rounded up to four.
  (func (export "collect")
    (param $scores i32) (param $count i32) (param $floor f32) (param $out i32) (result i32)
    (local $i i32) (local $bits i32) (local $to i32)
    local.get $out local.set $to
    loop $fours
      local.get $scores local.get $i i32.const 2 i32.shl i32.add v128.load
      local.get $floor f32x4.splat f32x4.ge i32x4.bitmask local.tee $bits
      if
        loop $hits
          local.get $to local.get $i local.get $bits i32.ctz i32.add i32.store
          local.get $to i32.const 4 i32.add local.set $to
          local.get $bits local.get $bits i32.const 1 i32.sub i32.and local.tee $bits
          br_if $hits
        end
      end
      local.get $i i32.const 4 i32.add local.tee $i
      local.get $count i32.lt_u br_if $fours
    end
    local.get $to local.get $out i32.sub i32.const 2 i32.shr_u)
)
