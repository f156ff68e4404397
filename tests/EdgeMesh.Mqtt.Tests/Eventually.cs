using System.Diagnostics;

namespace EdgeMesh.Mqtt.Tests;

/// <summary>Waits for a condition with a time limit.</summary>
internal static class Eventually
{
    public static readonly TimeSpan Limit = TimeSpan.FromSeconds(20);

    public static Task TrueAsync(Func<bool> condition, string what) =>
        TrueAsync(() => Task.FromResult(condition()), Limit, () => what);

    public static async Task TrueAsync(Func<Task<bool>> condition, TimeSpan limit, Func<string> what)
    {
        var clock = Stopwatch.StartNew();
        while (!await condition())
        {
            if (clock.Elapsed > limit) Assert.Fail($"Not within {limit.TotalSeconds} s: {what()}");
            await Task.Delay(10);
        }
    }
}
