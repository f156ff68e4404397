using System;
using EdgeMesh.Contracts;
using EdgeMesh.Contracts.Messages;
using EdgeMesh.Hub.Firmware;
using EdgeMesh.Hub.Operations;
using Microsoft.Extensions.DependencyInjection;

namespace EdgeMesh.Hub.Ota;

/// <summary>Registers the feature.</summary>
public static class OtaFeature
{
    /// <summary>Updates over the air.</summary>
    public static IServiceCollection AddOta(this IServiceCollection services)
    {
        services.AddOptions<OtaOptions>().BindConfiguration(OtaOptions.Section)
            .Validate(
                o => o.ChunkSize is >= Limits.ChunkBytesMin and <= Limits.ChunkBytesMax,
                $"Ota:ChunkSize takes {Limits.ChunkBytesMin} to {Limits.ChunkBytesMax} bytes.")
            .Validate(o => o.Window is >= 1 and <= Limits.WindowMax, $"Ota:Window takes 1 to {Limits.WindowMax} chunks.")
            .Validate(o => o.Encoding is ChunkEncodings.Raw or ChunkEncodings.Base64, "Ota:Encoding takes raw or base64.")
            .Validate(
                o => o.SessionBytesPerSecond is 0 or >= OtaOptions.BytesPerSecondMin && o.BytesPerSecond is 0 or >= OtaOptions.BytesPerSecondMin,
                $"Ota:SessionBytesPerSecond and Ota:BytesPerSecond take {OtaOptions.BytesPerSecondMin} bytes per second or more, or 0 for no limit.")
            .Validate(o => o.Retries >= 0, "Ota:Retries takes 0 or more.")
            .Validate(
                o => o.OfferTimeout > TimeSpan.Zero && o.ChunkTimeout > TimeSpan.Zero && o.VerifyTimeout > TimeSpan.Zero && o.Limit > TimeSpan.Zero,
                "Ota:OfferTimeout, Ota:ChunkTimeout, Ota:VerifyTimeout and Ota:Limit take times above zero, such as 00:01:00.")
            .ValidateOnStart();
        // The mirror listens before the service takes updates up.
        return services.AddSingleton<OtaStore>().AddSingleton<OtaService>()
            .AddSingleton<IFirmwareUse>(s => s.GetRequiredService<OtaService>())
            .AddHostedService<OtaMirror>()
            .AddHostedService(s => s.GetRequiredService<OtaService>())
            .AddSingleton<IOperationSource, OtaOperations>();
    }
}
