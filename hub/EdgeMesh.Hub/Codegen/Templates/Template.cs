using System.Collections.Generic;
using System.Linq;
using System.Text.Json.Nodes;

namespace EdgeMesh.Hub.Codegen.Templates;

/// <summary>A behaviour of a device as a file: a class in MicroPython with holes, and what is to be known to fill them.</summary>
/// <remarks>The format of the file is in <see cref="TemplateFile"/>.</remarks>
public sealed record Template
{
    /// <summary>Its name, of the form <c>[a-z][a-z0-9_]*</c>.</summary>
    public required string Name { get; init; }

    /// <summary>What it is, in a few words.</summary>
    public required string Title { get; init; }

    /// <summary>What it does, in sentences.</summary>
    public required string What { get; init; }

    /// <summary>The class of behaviour, such as <c>sensor</c> or <c>threshold</c>.</summary>
    public required string Kind { get; init; }

    /// <summary>The parts of the prelude that the body stands on: <c>clock, readings, sensor, switch, contact, gates</c>.</summary>
    public IReadOnlyList<string> Uses { get; init; } = [];

    /// <summary>Modules that the body imports, beside <c>time</c>, <c>edgemesh</c> and <c>machine</c>.</summary>
    public IReadOnlyList<string> Imports { get; init; } = [];

    /// <summary>What the body takes from <c>machine</c>, beside <c>Pin</c>.</summary>
    public IReadOnlyList<string> Machine { get; init; } = [];

    /// <summary>What a device must be capable of.</summary>
    public IReadOnlyList<string> Capabilities { get; init; } = [];

    /// <summary>The template that gives this one its readings where it is shown or tried alone; null where it needs none.</summary>
    public string? Companion { get; init; }

    /// <summary>How it is wired.</summary>
    public required string Wiring { get; init; }

    /// <summary>What fills the holes, in the file's order.</summary>
    public required IReadOnlyList<TemplateParameter> Parameters { get; init; }

    /// <summary>What must hold between parameters.</summary>
    public IReadOnlyList<TemplateConstraint> Constraints { get; init; } = [];

    /// <summary>The readings that it gives; empty for what reads nothing.</summary>
    public IReadOnlyList<TemplateQuantity> Quantities { get; init; } = [];

    /// <summary>The dry run's input that makes the sensor read its quantities, with holes for them; null for what reads nothing.</summary>
    public JsonObject? World { get; init; }

    /// <summary>Whether the dry run's <c>fault</c> inputs work on its pin.</summary>
    public bool Faults { get; init; }

    /// <summary>The dry run's inputs, with holes.</summary>
    public IReadOnlyList<JsonObject> Inputs { get; init; } = [];

    /// <summary>The dry run's expectations, with holes.</summary>
    public IReadOnlyList<JsonObject> Expect { get; init; } = [];

    /// <summary>How long the dry run lasts, in seconds, maybe a hole; null for what its period asks for.</summary>
    public JsonNode? DurationS { get; init; }

    /// <summary>The class, with holes.</summary>
    public required string Body { get; init; }

    /// <summary>A parameter by its name; null where there is none.</summary>
    public TemplateParameter? Parameter(string name) => Parameters.FirstOrDefault(p => p.Name == name);
}

/// <summary>What fills a hole.</summary>
/// <param name="Name">Its name in the holes.</param>
/// <param name="Type">pin, integer, number, boolean, text, name, choice, names, windows, rules or gates.</param>
/// <param name="Meaning">For people.</param>
public sealed record TemplateParameter(string Name, string Type, string Meaning)
{
    /// <summary>The unit of a number; empty for none.</summary>
    public string Unit { get; init; } = "";

    /// <summary>The lowest number.</summary>
    public double? Min { get; init; }

    /// <summary>The highest number.</summary>
    public double? Max { get; init; }

    /// <summary>What a choice or the members of names may be.</summary>
    public IReadOnlyList<string> Choices { get; init; } = [];

    /// <summary>The value where none is given; null for a pin, which nobody guesses.</summary>
    public JsonNode? Default { get; init; }

    /// <summary>A pin for examples and tests.</summary>
    public int? Example { get; init; }

    /// <summary>A pin's direction: in, out, inout or analog.</summary>
    public string Direction { get; init; } = "";

    /// <summary>A pin's role, as readings name it.</summary>
    public string Role { get; init; } = "";

    /// <summary>How an input is pulled: empty for not, <c>up</c>, or the boolean parameter that is true where it is pulled up and false where down.</summary>
    public string Pull { get; init; } = "";
}

/// <summary>What must hold between two parameters.</summary>
/// <param name="Left">The one.</param>
/// <param name="Right">The other.</param>
/// <param name="Less">Whether the one must be less than the other; else they must differ.</param>
/// <param name="Why">A sentence.</param>
public sealed record TemplateConstraint(string Left, string Right, bool Less, string Why);

/// <summary>A reading that a template gives. The numbers may be holes.</summary>
/// <param name="Name">Its name, without the prefix; maybe a hole.</param>
/// <param name="Unit">Its unit; empty for none.</param>
/// <param name="Typical">What the dry run's world has at first.</param>
/// <param name="Tolerance">How far a reading may be off in the dry run.</param>
/// <param name="Min">The lowest reading there is.</param>
/// <param name="Max">The highest.</param>
/// <param name="Hysteresis">What a controller takes where nobody says.</param>
/// <param name="Only">The values of parameters with which alone it is given; null for always.</param>
/// <param name="Sets">What else of the world follows from this quantity; null for nothing.</param>
public sealed record TemplateQuantity(
    string Name, string Unit, JsonNode Typical, JsonNode Tolerance, double Min, double Max, JsonNode Hysteresis, JsonObject? Only, JsonObject? Sets);
