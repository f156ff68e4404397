using System;
using System.IO;
using System.Text;

namespace EdgeMesh.MicroPython.Bytecode;

/// <summary>
/// Reads a .mpy file of version 6 (MicroPython's page "MicroPython .mpy files"; py/persistentcode.c and py/bc0.h). Total: any bytes give a file or a
/// sentence, in time linear in their length. Nothing in it is run.
/// </summary>
public ref struct MpyReader
{
    /// <summary>Largest file, in bytes: several times what a program of 64 KB compiles to.</summary>
    public const int LengthMax = 256 * 1024;

    private const byte Version = 6;
    private const int NestingMax = 100;

    // Kinds of objects in the table of constants (py/persistentcode.h, MP_PERSISTENT_OBJ_…).
    private const int FunctionTable = 0, Ellipsis = 4, Bytes = 6, Complex = 9, Tuple = 10;

    private readonly ReadOnlySpan<byte> _bytes;
    private readonly MpyFile _file;
    private string[] _names;
    private int _at;

    private MpyReader(ReadOnlySpan<byte> bytes)
    {
        _bytes = bytes;
        _file = new MpyFile();
        _names = [];
    }

    /// <summary>What a file's code uses; null where it is none, and why.</summary>
    public static MpyFile? Read(ReadOnlySpan<byte> bytes, out string? error)
    {
        if (bytes.Length > LengthMax)
        {
            error = $"It is larger than {LengthMax} bytes.";
            return null;
        }

        MpyReader reader = new(bytes);
        try
        {
            reader.File();
            error = null;
            return reader._file;
        }
        catch (InvalidDataException defect)
        {
            error = defect.Message;
            return null;
        }
    }

    private void File()
    {
        if (Byte() != 'M' || Byte() != Version)
        {
            throw new InvalidDataException($"It does not begin as a .mpy file of version {Version}.");
        }

        // Bits 0 and 1: sub-version, of native code only; 2 to 5: the architecture; 6: flags of it follow.
        byte features = Byte();
        _ = Byte(); // Bits of a small integer.
        if (features >> 2 != 0)
        {
            // What it holds is for a processor: nothing more of it need be read.
            _file.HasNativeCode = true;
            return;
        }

        int names = Count(), objects = Count();
        _names = new string[names];
        for (int i = 0; i < names; i++)
        {
            _names[i] = Name();
        }

        for (int i = 0; i < objects; i++)
        {
            Object(0);
        }

        Code(0);
        if (!_file.HasNativeCode && _at != _bytes.Length)
        {
            throw new InvalidDataException("Something follows its code.");
        }
    }

    private string Name()
    {
        int length = Number();
        if ((length & 1) != 0)
        {
            // The first is 1: 0 stands for none at all.
            int index = (length >> 1) - 1;
            return index >= 0 && index < StaticNames.All.Length ? StaticNames.All[index] : throw new InvalidDataException($"It names the fixed name {index + 1}, which there is not.");
        }

        string name = Encoding.UTF8.GetString(Take(length >> 1));
        _ = Byte(); // A zero that C wants.
        return name;
    }

    private void Object(int depth)
    {
        int kind = Byte();
        switch (kind)
        {
            case > FunctionTable and <= Ellipsis: return;
            case Tuple when depth < NestingMax:
                for (int items = Count(); items > 0; items--)
                {
                    Object(depth + 1);
                }

                return;
            case > Ellipsis and <= Complex:
                _ = Take(Number());
                if (kind <= Bytes)
                {
                    _ = Byte();
                }

                return;
            default: throw new InvalidDataException($"It has a constant of the unknown kind {kind}.");
        }
    }

    private void Code(int depth)
    {
        int head = Number();
        if ((head & 3) != 0)
        {
            _file.HasNativeCode = true;
            return;
        }

        Function(Take(head >> 3));
        if ((head & 4) == 0)
        {
            return;
        }

        if (depth >= NestingMax)
        {
            throw new InvalidDataException("Its functions are nested too deeply.");
        }

        for (int children = Count(); children > 0 && !_file.HasNativeCode; children--)
        {
            Code(depth + 1);
        }
    }

    private readonly void Function(ReadOnlySpan<byte> code)
    {
        MpyReader function = new(code);
        while ((function.Byte() & 0x80) != 0)
        {
            // What it needs of stack and arguments.
        }

        // Sizes of two sections, interleaved bit by bit: xIIIIIIC.
        int info = 0, cells = 0;
        byte size;
        int round = 0;
        do
        {
            size = function.Byte();
            info |= ((size & 0x7e) >> 1) << (6 * round);
            cells |= (size & 1) << round;
            round++;
        }
        while ((size & 0x80) != 0 && round < 4);
        _ = function.Take(info);
        _ = function.Take(cells);
        while (function._at < code.Length)
        {
            Instruction(ref function);
        }
    }

    private readonly void Instruction(ref MpyReader code)
    {
        Opcode opcode = (Opcode)code.Byte();
        switch (Opcodes.FormatOf(opcode))
        {
            case OpcodeFormat.Name:
                int index = code.Number();
                Use(opcode, index < _names.Length ? _names[index] : throw new InvalidDataException($"It names its name {index}, which there is not."));
                break;
            case OpcodeFormat.Number: code.SkipNumber(); break;
            case OpcodeFormat.NumberAndByte:
                code.SkipNumber();
                _ = code.Byte();
                break;
            case OpcodeFormat.Offset: code.SkipOffset(); break;
            case OpcodeFormat.OffsetAndByte:
                code.SkipOffset();
                _ = code.Byte();
                break;
            case OpcodeFormat.None when opcode == Opcode.ImportStar: _file.ImportedNamesFound.Add("*"); break;
            case OpcodeFormat.Unknown: throw new InvalidDataException($"It has the unknown instruction 0x{(byte)opcode:x2}.");
        }
    }

    private readonly void Use(Opcode opcode, string name)
    {
        switch (opcode)
        {
            case Opcode.ImportName: _file.ImportsFound.Add(name); break;
            case Opcode.ImportFrom: _file.ImportedNamesFound.Add(name); break;
            case Opcode.LoadName or Opcode.LoadGlobal: _file.NamesFound.Add(name); break;
            case Opcode.LoadAttribute or Opcode.LoadMethod or Opcode.LoadSuperMethod or Opcode.StoreAttribute: _file.AttributesFound.Add(name); break;
        }
    }

    private byte Byte() => _at < _bytes.Length ? _bytes[_at++] : throw new InvalidDataException("It ends too early.");

    private ReadOnlySpan<byte> Take(int length)
    {
        if (length > _bytes.Length - _at)
        {
            throw new InvalidDataException("It ends too early.");
        }

        _at += length;
        return _bytes.Slice(_at - length, length);
    }

    // Seven bits a byte, the highest first.
    private int Number()
    {
        long value = 0;
        byte part;
        do
        {
            part = Byte();
            value = (value << 7) | (uint)(part & 0x7f);
            if (value > int.MaxValue)
            {
                throw new InvalidDataException("A number in it is too large.");
            }
        }
        while ((part & 0x80) != 0);
        return (int)value;
    }

    // Of things that take a byte each at least.
    private int Count() => Number() is int count && count <= _bytes.Length - _at ? count : throw new InvalidDataException("It ends too early.");

    private void SkipNumber()
    {
        while ((Byte() & 0x80) != 0)
        {
            // An integer that is in the code itself.
        }
    }

    private void SkipOffset()
    {
        if ((Byte() & 0x80) != 0)
        {
            _ = Byte();
        }
    }
}
