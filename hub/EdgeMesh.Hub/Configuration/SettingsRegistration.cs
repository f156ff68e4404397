using System.Linq;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace EdgeMesh.Hub.Configuration;

/// <summary>Registers a feature's settings.</summary>
public static class SettingsRegistration
{
    /// <summary>Binds an options class to its section, and has the hub refuse to start where a value is out of the range that stands beside its property.</summary>
    public static OptionsBuilder<T> AddSettings<T>(this IServiceCollection services, string section)
        where T : class
    {
        services.AddSingleton<IValidateOptions<T>>(new RangeValidation<T>(section));
        return services.AddOptions<T>().BindConfiguration(section).ValidateOnStart();
    }

    private sealed class RangeValidation<T>(string section) : IValidateOptions<T>
        where T : class
    {
        public ValidateOptionsResult Validate(string? name, T options)
        {
            string[] faults = [.. Setting.Of(section, typeof(T)).Select(setting => setting.Fault(setting.Property.GetValue(options))).OfType<string>()];
            return faults.Length == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(faults);
        }
    }
}
