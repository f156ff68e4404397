using EdgeMesh.Hub.Configuration;
using EdgeMesh.Hub.Operations;
using Microsoft.Extensions.DependencyInjection;

namespace EdgeMesh.Hub.Codegen.Jobs;

/// <summary>Registers the feature.</summary>
public static class JobsFeature
{
    /// <summary>Programs asked for over MQTT.</summary>
    public static IServiceCollection AddJobs(this IServiceCollection services)
    {
        services.AddSettings<JobOptions>(JobOptions.Section);
        return services.AddSingleton<JobStore>().AddSingleton<JobTopics>().AddHostedService<JobService>().AddSingleton<IOperationSource, JobOperations>();
    }
}
