#!/bin/sh
# no_allocator.sh NM LIBRARY: fails when the library refers to malloc and its kin, to operator new or to throw.
found=$("$1" -u "$2" | grep -E ' (malloc|calloc|realloc|strdup|_Znwm|_Znam|_ZnwmSt11align_val_t|__cxa_throw|__cxa_allocate_exception)$')
if [ -n "$found" ]; then
  echo "$2 refers to:"
  echo "$found"
  exit 1
fi
"$1" "$2" | grep -q ' T ' || { echo "$2 holds no code: nothing was checked"; exit 1; }
