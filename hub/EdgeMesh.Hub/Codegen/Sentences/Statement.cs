using System.Collections.Generic;

namespace EdgeMesh.Hub.Codegen.Sentences;

/// <summary>What makes a behaviour act.</summary>
/// <param name="Kind">above, below, between, outside, toohigh, toolow, motion, nomotion, pressed, held, released, open, close or turned.</param>
/// <param name="Text">The words.</param>
internal sealed record Trigger(string Kind, string Text)
{
    internal string Quantity { get; set; } = "";

    internal double Value { get; init; }

    internal double Value2 { get; init; }

    internal string Unit { get; init; } = "";

    internal string Dimension { get; init; } = "";

    internal Entity? Sensor { get; set; }

    /// <summary>Whether it limits another trigger ("only if below 50 %").</summary>
    internal bool Gate { get; init; }

    internal bool Negated { get; init; }

    internal bool IsLimit => Kind is "above" or "below" or "between" or "outside" or "at" or "toohigh" or "toolow";
}

/// <summary>What a request wants done: an action, with what, when and for how long.</summary>
internal sealed class Statement
{
    internal string Action { get; set; } = "";

    internal List<Entity> Targets { get; } = [];

    internal List<Trigger> Triggers { get; } = [];

    internal List<Trigger> Ends { get; } = [];

    internal List<Condition> Conditions { get; } = [];

    internal bool Or { get; set; }

    internal double? DurationS { get; set; }

    internal double? DelayS { get; set; }

    internal double? PeriodS { get; set; }

    internal double? HysteresisValue { get; set; }

    internal double? AtMin { get; set; }

    internal double? UntilMin { get; set; }

    internal bool Command { get; set; }

    internal Entity? Follow { get; set; }

    internal List<Item> Amounts { get; } = [];

    internal string Effect { get; set; } = "";

    internal string Colour { get; set; } = "";

    internal string Text { get; set; } = "";

    internal bool HasTrigger => Triggers.Count > 0 || AtMin is not null || UntilMin is not null || PeriodS is not null || Follow is not null;
}
