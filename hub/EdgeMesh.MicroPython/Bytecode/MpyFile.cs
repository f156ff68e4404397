using System.Collections.Generic;

namespace EdgeMesh.MicroPython.Bytecode;

/// <summary>What a compiled program uses, as its bytecode says it.</summary>
public sealed class MpyFile
{
    /// <summary>Modules that are imported, dotted.</summary>
    public IReadOnlySet<string> Imports => ImportsFound;

    /// <summary>Names that are taken out of modules; <c>*</c> for all.</summary>
    public IReadOnlySet<string> ImportedNames => ImportedNamesFound;

    /// <summary>Names of globals and built-ins that are loaded; in classes, of members too.</summary>
    public IReadOnlySet<string> Names => NamesFound;

    /// <summary>Attributes and methods that are asked for or set.</summary>
    public IReadOnlySet<string> Attributes => AttributesFound;

    /// <summary>Whether there is machine code in it: native, viper or assembler, or an architecture named for it.</summary>
    public bool HasNativeCode { get; internal set; }

    internal HashSet<string> ImportsFound { get; } = [];

    internal HashSet<string> ImportedNamesFound { get; } = [];

    internal HashSet<string> NamesFound { get; } = [];

    internal HashSet<string> AttributesFound { get; } = [];
}
