using System.Diagnostics;

namespace EdgeMesh.EndToEnd.Tests.World;

/// <summary>Waiting for what must come about, and no longer than <see cref="Limit"/>.</summary>
internal static class Eventually
{
    /// <summary>Far above what anything here takes, since other work may share the machine.</summary>
    public static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    public static async Task TrueAsync(Func<bool> holds, string what)
    {
        Stopwatch clock = Stopwatch.StartNew();
        while (!holds())
        {
            Assert.True(clock.Elapsed < Limit, $"Not within {Limit.TotalSeconds} s: {what}.");
            await Task.Delay(10);
        }
    }

    public static async Task<T> InTimeAsync<T>(Task<T> task, string what)
    {
        Assert.True(await Task.WhenAny(task, Task.Delay(Limit)) == task, $"Not within {Limit.TotalSeconds} s: {what}.");
        return await task;
    }
}
