-- Vectors are kept as 16-bit floats now. Those of before are made again where they are needed.
delete from vector;
