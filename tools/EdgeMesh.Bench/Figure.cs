using System;
using System.Collections.Generic;
using System.Linq;

namespace EdgeMesh.Bench;

/// <summary>One measured figure, as it goes into the file.</summary>
/// <param name="Name">What was measured.</param>
/// <param name="Value">The median of the runs.</param>
/// <param name="Unit">Unit of value and peer.</param>
/// <param name="Peer">What it is held against, measured in the same run; null where the target is absolute.</param>
/// <param name="Ratio">Value by peer.</param>
/// <param name="Target">What is to be reached, of the ratio where there is a peer; null where none was set.</param>
/// <param name="Met">Whether it is reached; null without a target.</param>
internal sealed record Figure(string Name, double Value, string Unit, double? Peer, double? Ratio, double? Target, bool? Met)
{
    /// <summary>A value that should be at least so many times its peer.</summary>
    internal static Figure AtLeast(string name, double value, string unit, double peer, double target) =>
        new(name, value, unit, peer, value / peer, target, value / peer >= target);

    /// <summary>A value that should be at most so many times its peer.</summary>
    internal static Figure AtMost(string name, double value, string unit, double peer, double target) =>
        new(name, value, unit, peer, value / peer, target, value / peer <= target);

    /// <summary>A value that should be at most the target itself.</summary>
    internal static Figure Below(string name, double value, string unit, double target) => new(name, value, unit, null, null, target, value <= target);

    /// <summary>A value beside its peer, with no target.</summary>
    internal static Figure Beside(string name, double value, string unit, double peer) => new(name, value, unit, peer, value / peer, null, null);

    /// <summary>The middle of an odd number of values, the mean of the two middle ones of an even number.</summary>
    internal static double Median(IEnumerable<double> values)
    {
        double[] sorted = [.. values.Order()];
        return sorted.Length == 0 ? throw new ArgumentException("There is no median of nothing.", nameof(values))
            : (sorted[(sorted.Length - 1) / 2] + sorted[sorted.Length / 2]) / 2;
    }
}
