using System;
using System.Diagnostics;
using System.Globalization;
using System.Threading.Tasks;

namespace EdgeMesh.Bench;

/// <summary>Lines on the standard error while the bench runs, so that the standard output is the table alone.</summary>
internal static class Progress
{
    private static readonly Stopwatch Watch = Stopwatch.StartNew();

    /// <summary>Writes a line with the time since the start.</summary>
    internal static void Say(FormattableString text) =>
        Console.Error.WriteLine($"{Watch.Elapsed.TotalSeconds.ToString("0", CultureInfo.InvariantCulture),4} s  {text.ToString(CultureInfo.InvariantCulture)}");

    /// <summary>Waits until a condition holds.</summary>
    /// <exception cref="TimeoutException">It did not within a minute; the message says what.</exception>
    internal static async Task UntilAsync(Func<Task<bool>> condition, string what)
    {
        Stopwatch watch = Stopwatch.StartNew();
        while (!await condition().ConfigureAwait(false))
        {
            if (watch.Elapsed > TimeSpan.FromMinutes(1))
            {
                throw new TimeoutException($"Not within a minute: {what}.");
            }

            await Task.Delay(10).ConfigureAwait(false);
        }
    }
}
