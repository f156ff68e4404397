using EdgeMesh.Hub.Operations;
using Microsoft.Extensions.DependencyInjection;

namespace EdgeMesh.Hub.Firmware;

/// <summary>Registers the feature.</summary>
public static class FirmwareFeature
{
    /// <summary>The firmware store.</summary>
    public static IServiceCollection AddFirmware(this IServiceCollection services)
    {
        services.AddOptions<FirmwareOptions>().BindConfiguration(FirmwareOptions.Section);
        return services.AddSingleton<FirmwareStore>().AddSingleton<IOperationSource, FirmwareOperations>();
    }
}
