// A sample that the check must refuse.
inline double growth(double now, double base) {
  return now / base;
}
