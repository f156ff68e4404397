using System;

namespace EdgeMesh.Mqtt;

/// <summary>How to connect and how patiently to try again.</summary>
public sealed class ReconnectingMqttClientOptions
{
    /// <summary>How to connect.</summary>
    public required MqttClientOptions ClientOptions { get; set; }

    /// <summary>The pause after the first failure; each further one doubles it. Default 0.5 s.</summary>
    public TimeSpan InitialReconnectDelay { get; set; } = TimeSpan.FromSeconds(0.5);

    /// <summary>
    /// The longest pause, and how long a connection must have lasted for the next pause to begin small again: two clients that
    /// fight over one client id slow down instead of throwing each other off in a tight circle. Default 30 s.
    /// </summary>
    public TimeSpan MaximumReconnectDelay { get; set; } = TimeSpan.FromSeconds(30);
}

/// <summary>Pauses that double up to a limit; each is cut by a random part of up to half, so that a fleet does not return in step.</summary>
internal sealed class ReconnectBackoff(TimeSpan initial, TimeSpan maximum, Random random)
{
    private int failures;

    public void Reset() => failures = 0;

    public TimeSpan Next()
    {
        double whole = Math.Min(initial.TotalSeconds * Math.Pow(2, failures), maximum.TotalSeconds);
        if (whole < maximum.TotalSeconds) failures++;
        return TimeSpan.FromSeconds(whole * (1 - random.NextDouble() / 2));
    }
}
