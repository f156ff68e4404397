using System.Linq;
using EdgeMesh.Contracts;
using EdgeMesh.Hub.Configuration;
using EdgeMesh.Hub.Operations;
using Microsoft.Extensions.DependencyInjection;

namespace EdgeMesh.Hub.Firmware;

/// <summary>Registers the feature.</summary>
public static class FirmwareFeature
{
    /// <summary>Firmware: images, their manifests, and who may sign them.</summary>
    public static IServiceCollection AddFirmware(this IServiceCollection services)
    {
        services.AddSettings<FirmwareOptions>(FirmwareOptions.Section)
            .Validate(
                o => o.RequireSignature.All(ImageKinds.IsKnown),
                $"Firmware:RequireSignature takes {ImageKinds.MicroPythonApp}, {ImageKinds.NanoApp} and {ImageKinds.Esp32Image}.");
        return services.AddSingleton<HubKey>().AddSingleton<PublisherStore>().AddSingleton<FirmwareStore>().AddSingleton<FirmwareService>().AddSingleton<FirmwareUpload>()
            .AddSingleton<IOperationSource, FirmwareOperations>().AddSingleton<IOperationSource, PublisherOperations>();
    }
}
