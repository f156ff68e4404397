namespace EdgeMesh.MicroPython.Bytecode;

/// <summary>Instructions that name something (py/bc0.h).</summary>
internal enum Opcode : byte
{
    LoadName = 0x11,
    LoadGlobal = 0x12,
    LoadAttribute = 0x13,
    LoadMethod = 0x14,
    LoadSuperMethod = 0x15,
    StoreAttribute = 0x18,
    ImportName = 0x1b,
    ImportFrom = 0x1c,
    ImportStar = 0x69,
}

/// <summary>What follows an instruction.</summary>
internal enum OpcodeFormat
{
    Unknown,
    None,
    Name,
    Number,
    NumberAndByte,
    Offset,
    OffsetAndByte,
}

/// <summary>The instructions of .mpy version 6: those of 1.19 to 1.27.</summary>
internal static class Opcodes
{
    internal static OpcodeFormat FormatOf(Opcode opcode) => (byte)opcode switch
    {
        >= 0x10 and <= 0x1c => OpcodeFormat.Name,
        0x20 or 0x21 => OpcodeFormat.NumberAndByte, // MAKE_CLOSURE
        >= 0x22 and <= 0x37 => OpcodeFormat.Number,
        0x40 => OpcodeFormat.OffsetAndByte, // UNWIND_JUMP
        >= 0x42 and <= 0x4b => OpcodeFormat.Offset,
        (>= 0x50 and <= 0x5f) or (>= 0x62 and <= 0x69) => OpcodeFormat.None,
        >= 0x70 and <= 0xf9 => OpcodeFormat.None, // Small integers, locals, operators.
        _ => OpcodeFormat.Unknown,
    };
}
