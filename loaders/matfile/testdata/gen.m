% Writes the fixtures of this package with Octave 7.3.0; see gen.sh.
scalar = 3.25; matrix = [1.5 2; 3 -4; 5 6]; cube = reshape(1:24, 2, 3, 4); small = uint8([1 2; 3 4]);
single_ = single([0.1 0.2]); long = int64([9007199254740993 -5]); ulong = intmax("uint64");
z = [1+2i 3-4i]; yes = true; flags = [true false; false true]; range_ = 1:10; none = [];
text = 'spikes'; lines_ = ['abcd'; 'efgh']; accent = 'café';
s = sparse([1 3 3], [1 2 4], [1.5 -2 7], 4, 5); sz = sparse([0 1i; 2 0]);
D = struct("blocks", struct("spikes", {[1 2; 3 4], [5 6]}), "name", "run", "c", {{1, 'two', {3}}});
e = struct("a", {});
save("-v6", "octave6.mat", "*");
save("-v7", "octave7.mat", "*");
save("-v4", "octave4.mat", "scalar", "matrix", "z", "text", "lines_", "s", "sz", "range_");
four = ['ab'; 'cd']; after = 1;
save("-v6", "quirks.mat", "four", "after");
