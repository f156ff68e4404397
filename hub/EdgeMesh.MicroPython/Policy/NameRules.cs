using System.Collections.Frozen;
using System.Collections.Generic;
using System.Linq;
using EdgeMesh.MicroPython.Syntax;

namespace EdgeMesh.MicroPython.Policy;

/// <summary>What a program may name: modules and their parts, built-ins, attributes.</summary>
internal sealed partial class NameRules(Facts facts, Solver solver, Findings findings, PolicyOptions options)
{
    private readonly PolicyData _data = options.Data;
    private readonly FrozenSet<string> _refused = options.Data.List("names_refused");
    private readonly FrozenSet<string> _attributes = options.Data.List("attributes_refused");
    private readonly FrozenSet<string> _builtins = options.Data.List("builtins");
    private bool _sockets;

    internal void Check()
    {
        _sockets = facts.Imports.Exists(i => Modules.First(i.Module) is "socket" or "asyncio" or "ssl" or "umqtt" or "requests" && i.Module.Length > 0);
        foreach ((Node node, string module, string? name, int level) in facts.Imports)
        {
            Import(node, module, name, level);
        }

        foreach ((Node node, string name) in facts.Bound)
        {
            if (_refused.Contains(name))
            {
                findings.Add("builtin", node, $"{name} is the name of something refused; it may not be given to anything else either.", "take another name");
            }
        }

        foreach ((NameExpr name, Space space, NameUse use) in facts.Names)
        {
            Name(name, space, use);
        }

        foreach ((PrimaryExpr primary, Space space, bool _) in facts.Primaries)
        {
            Primary(primary, space);
        }

        foreach ((BinaryExpr binary, Space space) in facts.Binaries.Where(b => b.Binary.Operators[0] == "%" && b.Binary.Operands[0] is not IntegerLiteral))
        {
            Template(solver.Of(binary.Operands[0], space), '%', binary);
        }

        Texts();
        foreach ((Expr target, Space space) in facts.Targets)
        {
            Target((PrimaryExpr)target, space);
        }

        foreach ((Decorator decorator, Space space) in facts.Decorators)
        {
            Decorate(decorator, space);
        }

        foreach (ClassStmt type in facts.ClassSpaces.Keys.Where(type => type.Bases.Any(b => b.Kind != ArgumentKind.Positional)))
        {
            findings.Add("type-making", type, $"The class {type.Name} is made with more than its bases.", "name the bases alone");
        }
    }

    private void Import(Node node, string module, string? name, int level)
    {
        string canonical = Modules.Canonical(module);
        bool prefix = name is null && _data.IsPackage(canonical);
        if (level > 0 || (_data.ModuleNames(canonical) is null && !prefix && (name is null || _data.ModuleNames(canonical + "." + name) is null)))
        {
            findings.Add("module", node, level > 0 ? "Relative imports reach other files on the device." : $"The module {module} is not allowed.", Instead(canonical));
        }
        else if (name is not (null or "*") && !_data.ModuleNames(canonical)?.Contains(name) == true && _data.ModuleNames(canonical + "." + name) is null)
        {
            PartRefused(node, canonical, name);
        }
    }

    private static string Instead(string module) => module switch
    {
        "os" or "shutil" or "vfs" => "programs keep no files; publish with edgemesh.publish",
        "sys" => "end a program by returning from main(); log with edgemesh.log",
        "subprocess" or "_thread" or "threading" => "use asyncio tasks or machine.Timer",
        "esp" or "uctypes" or "flashbdev" or "inisetup" => "use the machine module",
        "bluetooth" or "espnow" or "webrepl" => "publish with edgemesh.publish",
        "logging" => "log with edgemesh.log",
        _ => "put what you need of it into the program, or use a module that is allowed: see `edgemesh policy explain module`",
    };

    private void PartRefused(Node node, string module, string name) => findings.Add("module-name", node, $"{module}.{name} is not allowed.", (module, name) switch
    {
        ("machine", "reset" or "soft_reset") => "raise RuntimeError(…): the agent starts the program again",
        ("machine", "mem8" or "mem16" or "mem32") => "use Pin, ADC, PWM and the buses",
        ("machine", "disable_irq" or "enable_irq") => "keep interrupt handlers short; use asyncio.ThreadSafeFlag",
        ("network", "AP_IF") => "the agent keeps the Wi-Fi",
        ("asyncio", "start_server") => "take commands with edgemesh.on_command",
        ("gc", "disable") => "call gc.collect() where it suits you",
        _ => null,
    });

    private void Name(NameExpr name, Space space, NameUse use)
    {
        if (_refused.Contains(name.Id))
        {
            findings.Add("builtin", name, $"{name.Id} is not allowed.");
            return;
        }

        Symbol? symbol = name.Constant is null ? space.Find(name.Id) : null;
        if (symbol is null)
        {
            if (name.Constant is null)
            {
                Builtin(name, use);
            }

            return;
        }

        if (symbol.Paths.Count > 0 && use is not (NameUse.Base or NameUse.Tested) && symbol.Paths.FirstOrDefault(IsModule) is { } module)
        {
            findings.Add("module-value", name, $"The module {module} is used as a value.");
        }
    }

    private bool IsModule(string path) => _data.ModuleNames(path) is not null || !path.Contains('.', System.StringComparison.Ordinal);

    private void Builtin(NameExpr name, NameUse use)
    {
        if (!_builtins.Contains(name.Id))
        {
            bool special = name.Id.StartsWith("__", System.StringComparison.Ordinal);
            findings.Add(special ? "builtin" : "undefined", name, special ? $"{name.Id} is not allowed." : $"Nothing defines {name.Id}, and it is no built-in that is allowed.");
        }
        else if (use != NameUse.Called && name.Id is "getattr" or "setattr" or "hasattr" or "delattr")
        {
            findings.Add("dynamic-attribute", name, $"{name.Id} is used as a value; what it is asked for cannot be seen then.");
        }
        else if (use != NameUse.Called && name.Id == "type")
        {
            findings.Add("type-making", name, "type is used as a value; it could make classes.");
        }
    }

    private void Primary(PrimaryExpr primary, Space space)
    {
        Possible[] along = solver.Along(primary, space);
        for (int i = 0; i < primary.Trailers.Length; i++)
        {
            Possible before = along[i];
            foreach (Argument argument in (primary.Trailers[i] as CallTrailer)?.Arguments ?? [])
            {
                if (argument.Name is NameExpr { Id: "server_side" })
                {
                    findings.Add("server", primary, "The server's side of a connection is a server.");
                }
            }

            if (primary.Trailers[i] is CallTrailer && before.Values.Any(v => v is Made { Path: ".type", Call.Arguments: [{ Value: not NameExpr { Id: "self" } }] }))
            {
                findings.Add("type-making", primary, "What is made here is not known before the program runs.", "write the name of the class");
            }

            switch (primary.Trailers[i])
            {
                case AttributeTrailer { Name: "disable_irq" or "enable_irq" } when facts.Critical.Contains(primary): break;
                case AttributeTrailer attribute:
                    Attribute(attribute, attribute.Name);
                    foreach (object value in before.Values)
                    {
                        if (value is Imported imported && imported.Path[0] != '.')
                        {
                            Part(attribute, imported.Path, attribute.Name);
                        }
                    }

                    break;
                case CallTrailer call when i > 0 && primary.Trailers[i - 1] is AttributeTrailer { Name: "format" or "format_map" }: Filled(along[i - 1], call, space); break;
                case CallTrailer call when i == 0 && primary.Value is NameExpr { Id: "type" or "getattr" or "setattr" or "hasattr" or "delattr" or "print" } name && space.Find(name.Id) is null:
                    Call(call, name.Id, space);
                    break;
            }
        }
    }

    private void Part(Node node, string path, string name)
    {
        HashSet<string>? names = _data.ModuleNames(path);
        if (names is not null ? !names.Contains(name) && !IsModule(path, name) : !path.Contains('.', System.StringComparison.Ordinal) && !IsModule(path, name))
        {
            PartRefused(node, path, name);
        }
    }

    private bool IsModule(string path, string name) => _data.ModuleNames(path + "." + name) is not null;

    private void Attribute(Node node, string name)
    {
        if (name.StartsWith("__", System.StringComparison.Ordinal) && name.EndsWith("__", System.StringComparison.Ordinal) && !_data.In("dunders", name))
        {
            findings.Add("dunder", node, $"{name} is not allowed.");
        }
        else if (name == "start_server" || (_sockets && _data.In("socket_attributes_refused", name)))
        {
            findings.Add("server", node, $"{name} makes the device listen.");
        }
        else if (_attributes.Contains(name))
        {
            findings.Add("attribute", node, $"{name} is not allowed, of whatever object.");
        }
    }

    private void Call(CallTrailer call, string name, Space space)
    {
        switch (name)
        {
            case "type" when call.Arguments is not [{ Kind: ArgumentKind.Positional }]:
                findings.Add("type-making", call, "type with more than one argument makes a class.");
                break;
            case "getattr" or "setattr" or "hasattr" or "delattr":
                Possible asked = call.Arguments is [_, { Kind: ArgumentKind.Positional } attribute, ..] ? solver.Of(attribute.Value, space) : Possible.Anything;
                if (!asked.IsComplete || asked.Values.IsEmpty || asked.Values.Any(v => v is not string))
                {
                    findings.Add("dynamic-attribute", call, $"What {name} is asked for is not known before the program runs.");
                }

                foreach (string known in asked.Values.OfType<string>())
                {
                    Attribute(call, known);
                }

                break;
            case "print" when call.Arguments.Any(a => a.Name is NameExpr { Id: "file" } || a.Kind == ArgumentKind.DoubleStar):
                findings.Add("attribute", call, "print writes to the console only.", "log with edgemesh.log");
                break;
        }
    }

    private void Target(PrimaryExpr target, Space space)
    {
        Possible owner = solver.Along(target, target.Trailers.Length - 1, space);
        string? attribute = (target.Trailers[^1] as AttributeTrailer)?.Name;
        if (attribute is "server" or "addr" or "port" or "sock" && owner.Values.Any(v => v is Made { Path: "umqtt.simple.MQTTClient" or "umqtt.robust.MQTTClient" }))
        {
            findings.Add("host-computed", target, "A client's broker is given where the client is made.");
        }

        Imported? imported = owner.Values.OfType<Imported>().FirstOrDefault();
        if (imported is not null)
        {
            findings.Add("module-write", target, $"{imported.Path.TrimStart('.')} is not the program's own; it may not be changed.");
        }
    }

    private void Decorate(Decorator decorator, Space space)
    {
        if (decorator.Path[0] == "micropython")
        {
            if (decorator.Path is not [_, "bytecode"])
            {
                findings.Add("native", decorator, $"@{string.Join('.', decorator.Path)} compiles to code that nobody checks.");
            }

            return;
        }

        SourceSpan span = decorator.Span;
        PrimaryExpr path = new(span, false, new NameExpr(span, decorator.Path[0], null), [.. decorator.Path.Skip(1).Select(name => new AttributeTrailer(span, name))]);
        Name((NameExpr)path.Value, space, path.Trailers.IsEmpty ? NameUse.Called : NameUse.Base);
        Primary(path, space);
    }
}
