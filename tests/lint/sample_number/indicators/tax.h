// A sample that the check must refuse: no type is named, yet it is one.
inline auto with_tax(int price) {
  return price * 1.16;
}
